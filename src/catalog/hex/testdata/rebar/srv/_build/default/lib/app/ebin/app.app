{application,app,
             [{description,"x"},
              {vsn,"1.1.0"},
              {registered,[]},
              {applications,[kernel,stdlib,edep]},
              {modules,[]}]}.
