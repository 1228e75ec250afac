// Package api is what the plugin and its host share.
package api

import "errors"

type Speaker interface{ Say(text string) string }

var ErrNone = errors.New("none")

var Loaded []string
