package main

import (
	_ "embed" // the examples
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"akno/backend/akno"
)

// Exit statuses, the same for every command.
const (
	exitYes   = 0 // yes, valid, done
	exitNo    = 1 // no, invalid: the question was answered
	exitUsage = 2 // it could not be answered, or the command line is wrong
	exitMaybe = 3 // a verdict is not possible with what was given
)

// command is one word, or two, of the command line.
type command struct {
	name, args, short string
	run               func(e *env, args []string) (int, error)
}

//go:embed examples.txt
var examples string

// examples returns the examples of a command.
func (c command) examples() (lines []string) {
	for line := range strings.Lines(examples) {
		if strings.HasPrefix(line, "aknoctl "+c.name+" ") || line == "aknoctl "+c.name+"\n" {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}

// commands lists them in the order of the help text.
func commands() []command {
	const check = "--trust F… [--cert F…] [--crl F…] [--ocsp F…] [--at T] [--profile P] [--json]"
	const profile = "--profile-dir D [--profile-password-file F] --portal URL [--trust F…] [--json] "
	const change = "[--answers F…] [--set FIELD=VALUE…] [--attach FIELD=FILE…] "
	const level = "[--level b-b|b-t|b-lt --tsa URL [--trust F…] [--crl F…] [--ocsp F…]]"
	const key = "--key F --password-file F [--cert F]"
	return []command{
		{"verify", "FILE [--content F] " + check, "check a signature or a signed container", verifySignature},
		{"cert show", "FILE [--json]", "show the fields of a certificate", certShow},
		{"cert verify", "FILE [--purpose P] [--host H] " + check, "check a certificate for a purpose", certVerify},
		{"csr verify", "FILE [--json]", "check the signature of a request", csrVerify},
		{"crl verify", "FILE --issuer F [--at T] [--json]", "check a revocation list", crlVerify},
		{"ocsp verify", "FILE --issuer F [--request F] [--for F] " + check, "check a status response", ocspVerify},
		{"tsp verify", "FILE (--data F | --imprint HEX) [--query F] " + check, "check a time stamp", tspVerify},
		{"sign", "FILE… --key F --password-file F --cert F [--chain F…] [--attached] [--out F] " + level + " | [FILE…] --asic --out F --key …", "sign files, each alone or all in one container; --asic without FILE adds a signature to the container that is there", signFiles},
		{"encrypt", "FILE --to CERT… --out F", "make an envelope", encrypt},
		{"decrypt", "FILE --key F --password-file F --out F", "open an envelope", decrypt},
		{"key open", "FILE [--password-file F] [--json]", "open a key container and say what is in it", keyOpen},
		{"key new", "--curve C --out F --password-file F [--iterations N]", "make a key", keyNew},
		{"key passwd", "FILE --out F --password-file F --new-password-file F [--iterations N]", "protect a key anew", keyPasswd},
		{"key csr", "FILE --password-file F --subject NAME=VALUE… --out F", "ask for a certificate", keyCSR},
		{"key split", "FILE --password-file F --out F --share F… [--threshold N] --share-password-file F", "split the protection of a key into shares", keySplit},
		{"key join", "FILE --share F… --out F --password-file F [--share-password-file F]", "restore a key with shares", keyJoin},
		{"key inspect", "FILE [--json]", "say what a file is, without a password", keyInspect},
		{"form list", "[--json]", "list the procedures with their forms", formList},
		{"form check", "[PACK…] [--example F…] [--at T] [--json]", "check the definitions of forms; without PACK those of this program", formCheck},
		{"form build", "SOURCES --out DIR [--serial N] [--key F --password-file F] [--json]", "compile the sources of procedure packs into a signed bundle", formBuild},
		{"form fill", "(--form ID | --procedure CODE) --answers F [--at T] [--json] | --cases F [--at T]", "check answers to a form", formFill},
		{"profile passwd", "--profile-dir D [--profile-password-file F] (--new-password-file F | --none)", "give a profile a password, another one or none", profilePasswd},
		{"profile accept", "--profile-dir D", "go on with a profile in which an older page was found and of which there is no copy", profileAccept},
		{"draft new", "PROCEDURE " + change + profile, "make a draft of an application", draftNew},
		{"draft set", "ID " + change + profile, "change the answers of a draft", draftSet},
		{"draft list", profile, "list the drafts", draftList},
		{"draft show", "ID " + profile, "show a draft", draftShow},
		{"draft check", "ID " + profile, "check the answers of a draft", draftCheck},
		{"draft delete", "ID " + profile, "delete a draft", draftDelete},
		{"draft export", "[ID…] --out F (--parcel-password-file F | --to CERT…) " + profile + "[" + key + "]", "seal drafts into a file for another computer, all of them without ID; with a key it is signed", draftExport},
		{"draft import", "FILE [--plan] [--parcel-password-file F] " + profile + "[" + key + "]", "take drafts in from another computer, or only say what that would do", draftImport},
		{"order", "ID [--receipt F] [--transaction N] " + profile + key, "make the order to pay by, or prove the payment", orderFee},
		{"submit", "ID [--language ru|be] " + profile + key, "sign an application and hand it over", submit},
		{"sync", profile + key, "exchange with the portal", synchronise},
		{"status", "[ID [--decision OUT]] " + profile + "[" + key + "]", "tell about the applications, fetch and check a decision", applicationStatus},
		{"vectors", "FILE", "compute the outputs of a file of test vectors", vectors},
		{"speed", "[--json] [--rounds N] [NAME…]", "measure the primitives", speed},
	}
}

// run runs a command line and returns the exit status.
func run(args []string, e *env) int {
	if len(args) == 0 {
		usage(e.err)
		return exitUsage
	}
	if slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		return help(e, strings.Join(args[1:], " "))
	}
	for _, c := range commands() {
		words := strings.Fields(c.name)
		if len(args) < len(words) || !slices.Equal(args[:len(words)], words) {
			continue
		}
		status, err := c.run(e, args[len(words):])
		if err != nil && e.json && !e.answered && status != exitUsage {
			err = errors.Join(err, e.answer(map[string]string{"error": wordOf(err)}, ""))
		}
		if err != nil {
			fmt.Fprintf(e.err, "aknoctl %s: %v\n", c.name, err)
			var wrong usageError
			if errors.As(err, &wrong) {
				fmt.Fprintf(e.err, "usage: aknoctl %s %s\n", c.name, c.args)
			}
		}
		return status
	}
	fmt.Fprintf(e.err, "aknoctl: no command %q\n", strings.Join(args[:min(2, len(args))], " "))
	usage(e.err)
	return exitUsage
}

// wordOf is what a document says of an error that is the answer.
func wordOf(err error) string {
	if code := akno.CodeOf(err); code != akno.Internal {
		return string(code)
	}
	return err.Error()
}

// help shows the commands whose names begin with the words, with examples; all
// of them, in short, for no words.
func help(e *env, words string) int {
	if words == "" {
		usage(e.out)
		return exitYes
	}
	status := exitUsage
	for _, c := range commands() {
		if c.name != words && !strings.HasPrefix(c.name, words+" ") {
			continue
		}
		status = exitYes
		fmt.Fprintf(e.out, "aknoctl %s %s\n  %s\n", c.name, c.args, c.short)
		for _, x := range c.examples() {
			fmt.Fprintf(e.out, "    %s\n", x)
		}
	}
	if status == exitUsage {
		fmt.Fprintf(e.err, "aknoctl: no command %q\n", words)
	}
	return status
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: aknoctl COMMAND …")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %s %s\n      %s\n", c.name, c.args, c.short)
	}
	fmt.Fprintln(w, "aknoctl help COMMAND shows examples.")
	fmt.Fprintln(w, "Exit status: 0 yes, valid, done; 1 no, invalid, refused; 2 wrong usage; 3 cannot be decided yet.")
}

// usageError is a fault of the command line.
type usageError string

// Error implements error.
func (e usageError) Error() string { return string(e) }

// wrongUsage returns the status and the error of a fault of the command line.
func wrongUsage(format string, a ...any) (int, error) {
	return exitUsage, usageError(fmt.Sprintf(format, a...))
}

// errTwoOutputs is the fault of a command line that wants a file and a document in one place.
const errTwoOutputs = usageError("--json and --out - both want standard output")

// options reads options that may stand before, between and after other arguments, which it returns.
type options struct{ *flag.FlagSet }

func newOptions(e *env) *options {
	o := &options{flag.NewFlagSet("", flag.ContinueOnError)}
	o.SetOutput(io.Discard)
	o.BoolVar(&e.json, "json", false, "print one JSON document")
	return o
}

// parse returns the arguments that are not options; there must be from least to most of them.
func (o *options) parse(args []string, least, most int) ([]string, error) {
	var rest []string
	for len(args) > 0 {
		if args[0] == "--" {
			rest = append(rest, args[1:]...)
			break
		}
		if args[0] == "-" || !strings.HasPrefix(args[0], "-") {
			rest, args = append(rest, args[0]), args[1:]
			continue
		}
		if err := o.Parse(args); err != nil {
			return nil, usageError(err.Error())
		}
		args = o.Args()
	}
	if out := o.Lookup("out"); out != nil && out.Value.String() == "-" && o.Lookup("json").Value.String() == "true" {
		return nil, errTwoOutputs
	}
	if len(rest) < least || len(rest) > most {
		return nil, usageError(fmt.Sprintf("%d arguments, want %d", len(rest), least))
	}
	return rest, nil
}

// list is an option that may repeat.
type list []string

// String implements flag.Value.
func (l *list) String() string { return strings.Join(*l, " ") }

// Set implements flag.Value.
func (l *list) Set(v string) error {
	*l = append(*l, v)
	return nil
}

// maxInput is the length of the longest file that is read whole, in octets.
const maxInput = 256 << 20

// start opens a file, or standard input for "-", which can be read only once.
func (e *env) start(name string) (io.ReadCloser, error) {
	if name != "-" {
		return os.Open(name)
	}
	if e.used {
		return nil, usageError("standard input can be read once only")
	}
	e.used = true
	return io.NopCloser(e.in), nil
}

// read returns the contents of a file, or of standard input for "-".
func (e *env) read(name string) ([]byte, error) {
	in, err := e.start(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	tooLong := fmt.Errorf("%s: longer than %d MiB", name, maxInput>>20)
	if f, ok := in.(*os.File); ok { // one that says so itself is not read
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > maxInput {
			return nil, tooLong
		}
	}
	b, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err == nil && len(b) > maxInput {
		err = tooLong
	}
	return b, err
}

// answer prints v as JSON, or the text where people read: never among the octets
// of a file that goes to standard output.
func (e *env) answer(v any, text string) error {
	if !e.json {
		w := e.out
		if e.taken {
			w = e.err
		}
		_, err := fmt.Fprintln(w, text)
		return err
	}
	e.answered = true
	return json.NewEncoder(e.out).Encode(v)
}
