package main

import (
	"encoding/asn1"
	"fmt"
	"strings"

	"akno/backend/stb/pki"
)

// subjectTypes are the attributes of names by the words of the command line.
func subjectTypes() map[string]asn1.ObjectIdentifier {
	at := func(n int) asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 5, 4, n} }
	return map[string]asn1.ObjectIdentifier{
		"CN": at(3), "surname": at(4), "serialNumber": at(5), "C": at(6), "L": at(7), "ST": at(8), "street": at(9),
		"O": at(10), "OU": at(11), "title": at(12), "name": at(41), "givenName": at(42), "organizationIdentifier": at(97),
		"emailAddress": {1, 2, 840, 113549, 1, 9, 1},
	}
}

func keyCSR(e *env, args []string) (int, error) {
	o := newOptions(e)
	out := o.String("out", "", "")
	var subject list
	o.Var(&subject, "subject", "")
	info := o.String("info", "", "")
	passwordFile := o.String("password-file", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	if *out == "" || len(subject) == 0 {
		return wrongUsage("--out and --subject are needed")
	}
	name, err := parseSubject(subject)
	if err != nil {
		return exitUsage, err
	}
	key, err := e.openKey(rest[0], *passwordFile)
	if err != nil {
		return e.keyFault(err)
	}
	defer key.Wipe()
	template := pki.RequestTemplate{Subject: name}
	if *info != "" {
		template.ChallengePassword = "/INFO:" + *info
	}
	request, err := pki.CreateRequest(&template, key)
	if err != nil {
		return exitUsage, err
	}
	if err := e.create(*out, request, 0o644); err != nil {
		return exitUsage, err
	}
	return exitYes, e.answer(map[string]string{"subject": name.String()}, "request for "+name.String())
}

// parseSubject makes a name of NAME=VALUE texts, in their order.
func parseSubject(texts []string) (pki.Name, error) {
	var attributes []pki.Attribute
	for _, text := range texts {
		word, value, ok := strings.Cut(text, "=")
		id := subjectTypes()[word]
		if !ok || id == nil || value == "" {
			return pki.Name{}, usageError(fmt.Sprintf("--subject %q is not NAME=VALUE with a known name", text))
		}
		attributes = append(attributes, pki.Attribute{Type: id, Value: value})
	}
	return pki.NewName(attributes...)
}
