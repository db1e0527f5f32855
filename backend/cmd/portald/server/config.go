// Package server puts the portal together: it opens the data folder, wires the
// services, serves them and stops in order. The command portald and the tests
// of the whole journey start the same Main.
package server

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"akno/backend/portalapi"
)

// Config is what an operator chooses. The zero value of a field that has a
// default is filled by Defaults.
type Config struct {
	Data      string // folder of everything the portal keeps
	DB        string // address of a PostgreSQL database for the rows; empty keeps them in a file of Data
	Addr      string // where to listen, host:port
	Origin    string // address as clients write it; stands in challenges
	Name      string // of the portal, in letters and on screens
	ReadyFile string // written when the portal takes work

	TLSCert, TLSKey string // files in PEM; both or none
	Proxies         string // networks of trusted balancers, with commas between

	SMTP         string // host:port of the mail server; empty keeps letters in a folder
	SMTPUser     string
	SMTPPassword string // file that holds the password
	MailFrom     string

	RA, OCSP, TSA string // addresses of the services of the certification authority
	CRL           string // addresses of revocation lists, with commas between
	CRLEvery      time.Duration

	Merchant, City string // in the payment link, ASCII

	// Who processes personal data, printed into every consent; all of the first line or none.
	Operator, OperatorAddress, OperatorEmail string
	Processors                               string // who works for the operator; empty: nobody
	RetentionMonths                          int    // after a cabinet is closed
	AuditRetention                           string // words, such as «5 лет»

	Registrations int     // by e-mail, from one network in an hour
	Rate          float64 // requests of one address in a second
	Demo          bool
}

// Defaults returns the configuration of a portal in the folder data.
func Defaults(data string) Config {
	return Config{
		Data: data, Addr: "127.0.0.1:8480", Name: "Эталонный портал «Акно»", MailFrom: "portal@akno.invalid",
		CRLEvery: 10 * time.Minute, Merchant: "AKNO PORTAL", City: "MINSK", Registrations: 5, Rate: 30,
		RetentionMonths: 12, AuditRetention: "5 лет",
	}
}

// Flags declares a flag for every field that an operator sets.
func (c *Config) Flags(f *flag.FlagSet) {
	f.StringVar(&c.Data, "data", c.Data, "`folder` of everything the portal keeps")
	f.StringVar(&c.DB, "db", c.DB, "`address` of a PostgreSQL database, postgres://…; without one the rows are in a file of the folder")
	f.StringVar(&c.Addr, "addr", c.Addr, "`host:port` to listen on; port 0 takes a free one")
	f.StringVar(&c.Origin, "origin", c.Origin, "`address` under which clients reach the portal")
	f.StringVar(&c.Name, "name", c.Name, "`name` of the portal in letters and on screens")
	f.StringVar(&c.ReadyFile, "ready-file", c.ReadyFile, "`file` to write when the portal takes work")
	f.StringVar(&c.TLSCert, "tls-cert", c.TLSCert, "certificate `file` in PEM")
	f.StringVar(&c.TLSKey, "tls-key", c.TLSKey, "private key `file` in PEM")
	f.StringVar(&c.Proxies, "proxies", c.Proxies, "`networks` of trusted balancers, with commas between")
	f.StringVar(&c.SMTP, "smtp", c.SMTP, "`host:port` of the mail server; without one letters are kept in a folder")
	f.StringVar(&c.SMTPUser, "smtp-user", c.SMTPUser, "`name` to sign in to the mail server with")
	f.StringVar(&c.SMTPPassword, "smtp-password-file", c.SMTPPassword, "`file` that holds the password of the mail server")
	f.StringVar(&c.MailFrom, "mail-from", c.MailFrom, "`address` that letters come from")
	f.StringVar(&c.RA, "ra", c.RA, "`address` of the registration authority")
	f.StringVar(&c.OCSP, "ocsp", c.OCSP, "`address` of the certificate status service")
	f.StringVar(&c.TSA, "tsa", c.TSA, "`address` of the time-stamp service")
	f.StringVar(&c.CRL, "crl", c.CRL, "`addresses` of revocation lists, with commas between")
	f.DurationVar(&c.CRLEvery, "crl-every", c.CRLEvery, "`time` between two looks for new revocation lists")
	f.StringVar(&c.Merchant, "merchant", c.Merchant, "`name` of the payee in payment links, ASCII")
	f.StringVar(&c.City, "city", c.City, "`city` of the payee in payment links, ASCII")
	f.StringVar(&c.Operator, "operator", c.Operator, "`name` of who processes personal data, for the consents")
	f.StringVar(&c.OperatorAddress, "operator-address", c.OperatorAddress, "its `address`")
	f.StringVar(&c.OperatorEmail, "operator-email", c.OperatorEmail, "`address` of who answers there for personal data")
	f.StringVar(&c.Processors, "processors", c.Processors, "`names` of those who process personal data for the operator")
	f.IntVar(&c.RetentionMonths, "retention-months", c.RetentionMonths, "`months` that personal data are kept after a cabinet is closed")
	f.StringVar(&c.AuditRetention, "audit-retention", c.AuditRetention, "`time` that records of the journal are kept, in words")
	f.IntVar(&c.Registrations, "registrations", c.Registrations, "registrations by e-mail from one network in an hour")
	f.Float64Var(&c.Rate, "rate", c.Rate, "requests of one address in a second")
}

// Parse reads args, then fills what they left open from the environment
// (PORTALD_ADDR for -addr) and then from the file that -config names: a JSON
// object of flag names and texts.
func (c *Config) Parse(f *flag.FlagSet, args []string, env func(string) (string, bool)) error {
	file := f.String("config", "", "`file` of settings: a JSON object of flag names and texts")
	if err := f.Parse(args); err != nil {
		return err
	}
	given := map[string]bool{}
	f.Visit(func(g *flag.Flag) { given[g.Name] = true })
	var errs []error
	f.VisitAll(func(g *flag.Flag) {
		v, ok := env("PORTALD_" + strings.ToUpper(strings.ReplaceAll(g.Name, "-", "_")))
		if ok && !given[g.Name] {
			given[g.Name] = true
			if err := g.Value.Set(v); err != nil {
				errs = append(errs, fmt.Errorf("environment: %s: %w", g.Name, err))
			}
		}
	})
	if *file != "" {
		errs = append(errs, fill(f, *file, given))
	}
	return errors.Join(errs...)
}

func fill(f *flag.FlagSet, file string, given map[string]bool) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	settings := map[string]string{}
	if err := json.Unmarshal(raw, &settings); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for name, v := range settings {
		g := f.Lookup(name)
		if g == nil {
			return fmt.Errorf("%s: no setting is named %q", file, name)
		}
		if given[name] {
			continue
		}
		if err := g.Value.Set(v); err != nil {
			return fmt.Errorf("%s: %s: %w", file, name, err)
		}
	}
	return nil
}

// NamesOperator says whether it is known who processes personal data. Without it
// a consent names nobody, so a portal that faces the world is not served.
func (c *Config) NamesOperator() bool {
	return c.Operator != "" && c.OperatorAddress != "" && c.OperatorEmail != ""
}

// operator returns who processes personal data, nil where it is not known.
func (c *Config) operator() *portalapi.Operator {
	if !c.NamesOperator() {
		return nil
	}
	o := portalapi.Operator{
		Name: c.Operator, Address: c.OperatorAddress, Email: c.OperatorEmail,
		RetentionMonths: c.RetentionMonths, AuditRetention: c.AuditRetention,
	}
	if c.Processors != "" {
		o.Processors = &c.Processors
	}
	return &o
}

// database returns the address of the rows for the store.
func (c *Config) database() string {
	if c.DB != "" {
		return c.DB
	}
	return c.path(databaseName)
}

func (c *Config) path(parts ...string) string {
	return filepath.Join(append([]string{c.Data}, parts...)...)
}

// list splits a text with commas and drops the empty parts.
func list(s string) []string {
	out := make([]string, 0, 2)
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func (c *Config) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list(c.Proxies) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("proxies: %w", err)
		}
		out = append(out, p)
	}
	return out, nil
}

const secretSize = 32

// secret reads a key of the portal from its folder and makes it at the first
// start. A key that is lost makes names unfindable, so it is never made anew
// over a database that exists.
func (c *Config) secret(name string, fresh bool) ([]byte, error) {
	file := c.path("secret", name+".key")
	key, err := os.ReadFile(file)
	if err == nil {
		if len(key) != secretSize {
			return nil, fmt.Errorf("%s: %d octets, want %d", file, len(key), secretSize)
		}
		return key, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if !fresh {
		return nil, fmt.Errorf("%s is missing, and the database was made with it", file)
	}
	if err := os.MkdirAll(c.path("secret"), 0o700); err != nil {
		return nil, err
	}
	key = make([]byte, secretSize)
	rand.Read(key)
	return key, writeWhole(file, key)
}

// writeWhole writes a file that appears whole or not at all, for the owner only.
func writeWhole(file string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(content)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// keepList keeps a fetched revocation list under the hash of its address.
func (c *Config) keepList(address string, der []byte) error {
	if err := os.MkdirAll(c.path("trust", "fetched"), 0o700); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(address))
	return writeWhole(c.path("trust", "fetched", hex.EncodeToString(sum[:8])+".crl"), der)
}

// readFolder returns the contents of the files of a folder in the order of
// their names. A folder that is not there is empty.
func readFolder(dir string) ([][]byte, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var out [][]byte
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}
