module example.com/harbour/app

go 1.13

require (
	example.com/harbour/local v1.0.0
	github.com/pkg/errors v0.8.0
	golang.org/x/text v0.3.0
	rsc.io/quote v1.5.2
)

replace (
	example.com/harbour/local v1.0.0 => ./local
	github.com/pkg/errors => github.com/pkg/errors v0.9.1
	golang.org/x/text => golang.org/x/text v0.3.2
)
