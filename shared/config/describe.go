package config

import (
	_ "embed"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"reflect"
	"strings"
)

//go:embed settings.go
var source string

// Description is one setting, told to a person.
type Description struct {
	Setting string // its name
	Meaning string // what it says, its form and unit
	Default string // what holds when it is absent; empty if it has no default
	Secret  bool   // belongs into Key Vault
	Value   string // what may be seen of it: see Value
}

// Describe lists every setting in the order of the fields of Settings. The meanings are the comments
// of those fields.
func (s Settings) Describe() []Description {
	meaning := comments()
	var all []Description
	for _, f := range s.fields() {
		all = append(all, Description{f.name, meaning[f.name], f.fallback, f.secret, f.value.String()})
	}
	return all
}

// LogValue gives every setting under its name, secrets as "set" or "not set".
func (s Settings) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, f := range s.fields() {
		attrs = append(attrs, slog.String(f.name, f.value.String()))
	}
	return slog.GroupValue(attrs...)
}

// comments reads the comments of the fields, by the name of their setting.
func comments() map[string]string {
	file, err := parser.ParseFile(token.NewFileSet(), "settings.go", source, parser.ParseComments)
	if err != nil {
		// The compiler read the same text.
		panic("config: settings.go does not parse: " + err.Error())
	}
	texts := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if f, ok := n.(*ast.Field); ok && f.Tag != nil {
			name := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("envconfig")
			texts[name] = strings.Join(strings.Fields(f.Doc.Text()), " ")
		}
		return true
	})
	return texts
}
