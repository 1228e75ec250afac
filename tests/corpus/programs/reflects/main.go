// Reflects looks methods up by names that are known only at run time, so every exported method stays.
package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"reflect"
	"text/template"
)

type Account struct {
	XMLName xml.Name          `json:"-" xml:"account"`
	Name    string            `json:"name" xml:"name,attr"`
	Balance float64           `json:"balance,omitempty" xml:"balance"`
	Tags    map[string]string `json:"tags" xml:"-"`
	Owner   *Owner            `json:"owner,omitempty" xml:"owner"`
	hidden  chan<- func(int, ...string) (<-chan error, [3]complex64)
}

type Owner struct {
	First, Last string
	Friends     []Owner `json:",omitempty"`
}

func (a Account) Describe(prefix string) string { return prefix + a.Name }
func (a *Account) Deposit(amount float64)       { a.Balance += amount }
func (a *Account) unexported() string           { return a.Name }
func (o Owner) FullName() string                { return o.First + " " + o.Last }
func (o *Owner) MarshalText() ([]byte, error)   { return []byte(o.FullName()), nil }
func (o *Owner) UnmarshalText(text []byte) error {
	_, err := fmt.Sscan(string(text), &o.First, &o.Last)
	return err
}
func (o Owner) Variadic(n int, rest ...string) int { return n + len(rest) }

func main() {
	account := &Account{Name: "savings", Tags: map[string]string{"kind": "long"}, Owner: &Owner{First: "A", Last: "B"}}
	for _, value := range []any{account, *account, account.Owner, os.Args, struct{ X, y int }{1, 2}} {
		t := reflect.TypeOf(value)
		fmt.Println(t, t.Kind(), t.NumMethod())
		for i := range t.NumMethod() {
			fmt.Println("\t", t.Method(i).Name, t.Method(i).Type)
		}
	}
	names := append([]string{"Describe"}, os.Args[1:]...)
	for _, name := range names {
		if method := reflect.ValueOf(account).MethodByName(name); method.IsValid() {
			fmt.Println(method.Call([]reflect.Value{reflect.ValueOf(">")}))
		}
	}
	text, err := json.Marshal(account)
	fmt.Println(string(text), err)
	fmt.Println(json.Unmarshal(text, account), account.Owner)
	text, err = xml.Marshal(account)
	fmt.Println(string(text), err)
	err = template.Must(template.New("").Parse("{{.Describe \"tmpl \"}} {{.Owner.FullName}}\n")).Execute(os.Stdout, account)
	made := reflect.MakeFunc(reflect.TypeFor[func(int) int](), func(args []reflect.Value) []reflect.Value { return args })
	structure := reflect.StructOf([]reflect.StructField{{Name: "F", Type: made.Type(), Tag: `k:"v"`}})
	fmt.Println(err, made.Interface().(func(int) int)(7), structure)
}
