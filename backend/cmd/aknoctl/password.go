package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxPassword is the number of octets of the longest password.
const maxPassword = 1024

// utf8Mark is what editors of Windows put before a text in UTF-8; no text begins with it.
var utf8Mark = []byte("\ufeff")

var (
	errNoPassword   = errors.New("no password: give --password-file, or run in a terminal")
	errLongPassword = fmt.Errorf("password longer than %d octets", maxPassword)
)

// password returns the first line of a file, without its end, or asks on the terminal when
// there is no file. The caller wipes it.
func (e *env) password(file, prompt string) ([]byte, error) {
	if file == "" {
		return e.ask(prompt)
	}
	b, err := e.read(file)
	defer clear(b)
	if err != nil {
		return nil, err
	}
	line, _, _ := bytes.Cut(bytes.TrimPrefix(b, utf8Mark), []byte("\n"))
	return checkPassword(bytes.Clone(bytes.TrimSuffix(line, []byte("\r"))))
}

func checkPassword(line []byte) ([]byte, error) {
	if len(line) > maxPassword {
		clear(line)
		return nil, errLongPassword
	}
	return line, nil
}

// ask reads a password from the terminal without showing it.
func (e *env) ask(prompt string) ([]byte, error) {
	terminal, ok := e.in.(*os.File)
	if !ok {
		return nil, errNoPassword
	}
	restore, err := hideInput(terminal)
	if err != nil {
		return nil, errNoPassword
	}
	defer restore()
	fmt.Fprintf(e.err, "%s: ", prompt)
	defer fmt.Fprintln(e.err)
	line, err := bufio.NewReaderSize(terminal, maxPassword+2).ReadSlice('\n')
	if err != nil && !(errors.Is(err, io.EOF) && len(line) > 0) {
		return nil, err
	}
	defer clear(line)
	return checkPassword(bytes.Clone(bytes.TrimRight(line, "\r\n")))
}
