package draft

import (
	"embed"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"leadflow/shared/lead"
	"leadflow/shared/team"
)

//go:embed templates
var files embed.FS

// parsed are the templates, each with its path. The first line of each is the subject.
var parsed = parse()

// parse reads the templates. They are part of the program, so a mistake in one is found by every test.
func parse() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, w := range builtIn {
		for _, name := range []string{"contact-me", "test-drive", "acquired", "other"} {
			path := "templates/" + w.language + "/" + name + ".txt"
			all[path] = template.Must(template.ParseFS(files, path))
		}
	}
	return all
}

// words are what is built in of a language, beside the templates.
type words struct {
	language string
	// greeted is whom the first line names.
	greeted func(v team.Values) string
	// introduction says who writes; empty if the first line is enough.
	introduction func(v team.Values) string
	// closing is the signature of somebody with a name, and of somebody without.
	closing, anonymous string
}

// builtIn has the languages that are built in, English first.
var builtIn = []words{
	{language: "en", greeted: greetedInEnglish, introduction: func(team.Values) string { return "" }, closing: "Kind regards,\nNAME", anonymous: "Kind regards"},
	{language: "ko", greeted: greetedInKorean, introduction: introducedInKorean, closing: "감사합니다.\nNAME 드림", anonymous: "감사합니다."},
}

// builtInFor is what is built in of a language; English where that is nothing.
func builtInFor(language string) words {
	for _, w := range builtIn {
		if base(language) == base(w.language) {
			return w
		}
	}
	return builtIn[0]
}

// write writes the subject and the body for an action.
func (w words) write(a lead.Action, v team.Values) (subject, body string) {
	name := "other"
	switch a {
	case lead.ActionContactMe:
		name = "contact-me"
	case lead.ActionTestDrive:
		name = "test-drive"
	case lead.ActionAcquired, lead.ActionCreated:
		name = "acquired"
	}
	var b strings.Builder
	err := parsed["templates/"+w.language+"/"+name+".txt"].Execute(&b, struct {
		team.Values
		Greeted, Introduction string
	}{v, w.greeted(v), w.introduction(v)})
	if err != nil {
		return "", "" // the tests write every draft
	}
	subject, body, _ = strings.Cut(b.String(), "\n")
	return subject, strings.TrimSpace(body)
}

// signature is what stands under a draft of somebody where the publisher has given nothing.
func (w words) signature(name string) string {
	if name == "" {
		return w.anonymous
	}
	return strings.Replace(w.closing, "NAME", name, 1)
}

// greetedInEnglish is the first name, but the whole one where the family name stands first.
func greetedInEnglish(v team.Values) string {
	switch {
	case v.Name == "":
		return "there"
	case v.FirstName != "" && strings.HasPrefix(v.Name, v.FirstName):
		return v.FirstName
	}
	return v.Name
}

func greetedInKorean(v team.Values) string {
	switch last, _ := utf8.DecodeLastRuneInString(v.Name); {
	case v.Name == "":
		return strings.TrimSpace(v.Company + " 담당자님")
	case unicode.Is(unicode.Hangul, last):
		return v.Name + "님"
	}
	return v.Name + " 님"
}

func introducedInKorean(v team.Values) string {
	switch {
	case v.Owner == "":
		return ""
	case v.Offer == "":
		return "담당자 " + v.Owner + "입니다."
	}
	return v.Offer + " 담당 " + v.Owner + "입니다."
}
