{application,app,
             [{applications,[kernel,stdlib,elixir,logger,crypto,dep]},
              {description,"app"},
              {modules,['Elixir.App']},
              {registered,[]},
              {vsn,"1.0.0-rc.1"}]}.
