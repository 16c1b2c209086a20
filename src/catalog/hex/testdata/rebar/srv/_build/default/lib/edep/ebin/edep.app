{application,edep,
             [{description,"x"},
              {vsn,"0.7.0"},
              {registered,[]},
              {applications,[kernel,stdlib]},
              {licenses,["Apache-2.0"]},
              {links,[{"GitHub","https://example.com/edep"}]},
              {modules,[]}]}.
