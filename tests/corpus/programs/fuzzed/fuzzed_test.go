package fuzzed

import "testing"

func FuzzParse(f *testing.F) {
	f.Add("seed=1")
	f.Fuzz(func(t *testing.T, text string) {
		key, value := Parse(text)
		if len(key)+len(value) > len(text) {
			t.Error(key, value)
		}
	})
}

func TestParse(t *testing.T) {
	if key, value := Parse("a=b"); key != "a" || value != "b" {
		t.Error(key, value)
	}
}

func ExampleParse() {
	Parse("x")
	// Output:
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		Parse("a=b")
	}
}
