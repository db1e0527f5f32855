package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// compose builds the message as it travels. No template of a library is used:
// the subject is encoded by RFC 2047, the text is UTF-8.
func compose(from string, m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := errors.Join(msg.From(from), msg.To(m.To)); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date)
	msg.SetMessageIDWithValue(m.ID + "@akno")
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}

// SMTP sends through a mail server.
type SMTP struct {
	Addr     string // host:port
	From     string // address of the portal
	User     string // empty: without signing in
	Password string
}

const smtpTime = 30 * time.Second

// Send hands the message to the server. TLS is demanded everywhere but on this
// computer itself.
func (s SMTP) Send(ctx context.Context, m Message) error {
	msg, err := compose(s.From, m)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	n, err := net.LookupPort("tcp", port)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	options := []gomail.Option{gomail.WithPort(n), gomail.WithTimeout(smtpTime), gomail.WithTLSPolicy(policy(host)), gomail.WithHELO("localhost")}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	c, err := gomail.NewClient(host, options...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if err := c.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("mail: send: %w", err)
	}
	return nil
}

func policy(host string) gomail.TLSPolicy {
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return gomail.TLSOpportunistic
	}
	return gomail.TLSMandatory
}

// Folder keeps messages as files, for a portal without a mail server.
type Folder struct {
	Dir  string
	From string
}

// Send writes the message to the file <id>.eml, which appears whole or not at
// all. The same letter again replaces itself.
func (f Folder) Send(_ context.Context, m Message) error {
	msg, err := compose(f.From, m)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	tmp, err := os.CreateTemp(f.Dir, ".letter-*")
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	_, err = tmp.Write(b.Bytes())
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(f.Dir, m.ID+".eml"))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("mail: %w", err), os.Remove(tmp.Name()))
	}
	return nil
}
