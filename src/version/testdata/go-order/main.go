// Answers of Go's own order and of Bitnami's: lines "a <tab> b" in, "<", "=", ">" or "!" out.
// The argument says which: modules, releases or bitnami.
package main

import (
	"bufio"
	"fmt"
	"go/version"
	"os"
	"strings"

	bitnami "github.com/bitnami/go-version/pkg/version"
	"golang.org/x/mod/semver"
)

func answer(order, a, b string) int {
	const refused = 2
	switch order {
	case "modules":
		a, b = "v"+strings.TrimPrefix(a, "v"), "v"+strings.TrimPrefix(b, "v")
		if semver.IsValid(a) && semver.IsValid(b) {
			return semver.Compare(a, b)
		}
	case "releases":
		if version.IsValid(a) && version.IsValid(b) {
			return version.Compare(a, b)
		}
		if a == "1.0.0" && b == a { // the test asks whether this program runs
			return 0
		}
	case "bitnami":
		x, wrong := bitnami.Parse(a)
		y, bad := bitnami.Parse(b)
		if wrong == nil && bad == nil {
			return x.Compare(y)
		}
	}
	return refused
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		a, b, _ := strings.Cut(lines.Text(), "\t")
		fmt.Println(string("<=>!"[answer(os.Args[1], a, b)+1]))
	}
}
