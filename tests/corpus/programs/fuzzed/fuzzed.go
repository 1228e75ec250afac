// Package fuzzed has a test binary with fuzzing counters.
package fuzzed

// Parse splits at the first equals sign.
func Parse(text string) (key, value string) {
	for i := range len(text) {
		if text[i] == '=' {
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}
