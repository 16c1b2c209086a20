{application,dep,
             [{applications,[kernel,stdlib,elixir,logger]},
              {description,"dep"},
              {modules,['Elixir.Dep']},
              {registered,[]},
              {vsn,"0.4.2"}]}.
