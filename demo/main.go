// The demo counts the words of a few poems, and touches what a linker has to get right on the way: embedded
// files, goroutines, maps, generics, reflection, encoding/json, an HTTP server, build information and stack traces.
package main

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"text/template"
)

//go:embed poems
var poems embed.FS

// release is set by the linker: -X main.release=...
var release = "unset"

// Poem is what the server says about one file.
type Poem struct {
	Name  string         `json:"name"`
	Lines int            `json:"lines"`
	Words map[string]int `json:"words,omitempty"`
}

// Longest is called by reflection only: the linker keeps it because something asks for methods by name.
func (p Poem) Longest() string {
	return slices.MaxFunc(slices.Sorted(maps.Keys(p.Words)), func(a, b string) int { return cmp.Compare(len(a), len(b)) })
}

type pair[K cmp.Ordered, V any] struct {
	Key   K
	Value V
}

// top returns the n entries of a map that come first.
func top[K cmp.Ordered, V any](m map[K]V, n int, compare func(a, b V) int) []pair[K, V] {
	pairs := make([]pair[K, V], 0, len(m))
	for k, v := range m {
		pairs = append(pairs, pair[K, V]{k, v})
	}
	slices.SortFunc(pairs, func(a, b pair[K, V]) int {
		return cmp.Or(compare(a.Value, b.Value), cmp.Compare(a.Key, b.Key))
	})
	return pairs[:min(n, len(pairs))]
}

// read counts every embedded file in a goroutine of its own.
func read() ([]Poem, error) {
	names, err := fs.Glob(poems, "poems/*.txt")
	if err != nil {
		return nil, err
	}
	found := make([]Poem, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() {
			text, err := poems.ReadFile(name)
			if err != nil {
				panic(err)
			}
			poem := Poem{Name: strings.TrimSuffix(strings.TrimPrefix(name, "poems/"), ".txt"), Words: map[string]int{}}
			for line := range strings.Lines(string(text)) {
				poem.Lines++
				for _, word := range strings.Fields(line) {
					poem.Words[word]++
				}
			}
			found[i] = poem
		})
	}
	group.Wait()
	return found, nil
}

// handler serves the poems as JSON.
func handler(found []Poem) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /poems/{name}", func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(found, func(p Poem) bool { return p.Name == r.PathValue("name") })
		if i < 0 {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(found[i]); err != nil {
			panic(err)
		}
	})
	return mux
}

// ask sends a request to a handler in this process.
func ask(h http.Handler, path string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
	return answer
}

// describe lists a type's fields and methods, as the type's description in the executable has them.
func describe(value any) string {
	t := reflect.TypeOf(value)
	var parts []string
	for i := range t.NumField() {
		field := t.Field(i)
		parts = append(parts, fmt.Sprintf("%s %s `%s`", field.Name, field.Type, field.Tag))
	}
	for i := range t.NumMethod() {
		parts = append(parts, t.Method(i).Name+"()")
	}
	return fmt.Sprintf("%s{%s}", t, strings.Join(parts, ", "))
}

// trace returns where a panic came from, by the line tables in the executable.
func trace() (where string) {
	defer func() {
		recover()
		callers := make([]uintptr, 16)
		frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
		for frame, more := frames.Next(); more; frame, more = frames.Next() {
			if strings.HasPrefix(frame.Function, "main.") {
				where += fmt.Sprintf(" %s:%d", frame.Function, frame.Line)
			}
		}
	}()
	var none []int
	return fmt.Sprint(none[len(os.Args)])
}

var report = template.Must(template.New("report").Parse(
	`{{range .}}{{printf "%-6s" .Name}} {{.Lines}} lines, {{len .Words}} words, longest {{.Longest}}
{{end}}`))

func main() {
	found, err := read()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := report.Execute(os.Stdout, found); err != nil {
		panic(err)
	}
	all := map[string]int{}
	for _, poem := range found {
		for word, count := range poem.Words {
			all[word] += count
		}
	}
	fmt.Println("most used:", top(all, 4, func(a, b int) int { return cmp.Compare(b, a) }))

	h := handler(found)
	answer := ask(h, "/poems/road")
	var back Poem
	if err := json.Unmarshal(answer.Body.Bytes(), &back); err != nil {
		panic(err)
	}
	fmt.Println("GET /poems/road:", answer.Code, answer.Header().Get("Content-Type"), back.Words["the"], "times the")
	fmt.Println("GET /poems/none:", ask(h, "/poems/none").Code)

	fmt.Println("reflection:", describe(back))
	method := reflect.ValueOf(back).MethodByName(strings.Join([]string{"Long", "est"}, ""))
	fmt.Println("by name:", method.Call(nil)[0])
	fmt.Println("panic at:" + trace())

	info, ok := debug.ReadBuildInfo()
	if !ok {
		panic("no build information")
	}
	fmt.Println("built:", info.Path, "by", info.GoVersion, "release", release)
	for _, setting := range info.Settings {
		if setting.Key == "CGO_ENABLED" || setting.Key == "-ldflags" {
			fmt.Printf("  %s=%s\n", setting.Key, setting.Value)
		}
	}
}
