package main

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"

	"akno/backend/stb/bash"
	"akno/backend/stb/bels"
	"akno/backend/stb/brng"
)

// hashing runs a hash function on msg, or on its first msg_len octets.
func hashing(make func() hash.Hash) computation {
	return func(in inputs) (outputs, error) {
		h := make()
		h.Write(message(in))
		return outputs{"hash": upper(h.Sum(nil))}, nil
	}
}

func message(in inputs) []byte {
	msg := in.octets("msg")
	if in.has("msg_len") {
		if n := in.number("msg_len"); n < len(msg) {
			msg = msg[:n]
		}
	}
	return msg
}

// monteCarlo hashes its own value many times over.
func monteCarlo(make func() hash.Hash) computation {
	return func(in inputs) (outputs, error) {
		x, h := in.octets("seed"), make()
		for range in.iterations() {
			h.Reset()
			h.Write(x)
			x = h.Sum(x[:0])
		}
		return outputs{"hash": upper(x)}, nil
	}
}

func bashVectors() map[string]computation {
	m := map[string]computation{
		"bash-f": func(in inputs) (outputs, error) {
			s := in.octets("state")
			size(len(s), bash.StateSize)
			state := [bash.StateSize]byte(s)
			bash.Permute(&state)
			return outputs{"state": upper(state[:])}, nil
		},
		"bash-prg-3automata": threeAutomata,
	}
	for name, h := range map[string]func() hash.Hash{"bash256": bash.New256, "bash384": bash.New384, "bash512": bash.New512} {
		m[name], m[name+"-montecarlo"] = hashing(h), monteCarlo(h)
	}
	for _, l := range []int{128, 192, 256} {
		for d := 1; d <= 2; d++ {
			m[fmt.Sprintf("bash-prg-hash%d%d", 2*l, d)] = func(in inputs) (outputs, error) {
				h, err := bash.NewPrgHash(l, d, in.optional("announcement"))
				if err != nil {
					return nil, err
				}
				h.Write(message(in))
				return outputs{"hash": upper(h.Sum(nil))}, nil
			}
			m[fmt.Sprintf("bash-prg-ae%d%d", l, d)] = func(in inputs) (outputs, error) { return prgSealing(in, l, d) }
		}
	}
	return m
}

// prgSealing runs the authenticated encryption of the automaton.
func prgSealing(in inputs, l, d int) (outputs, error) {
	announcement, key, aad := in.optional("announcement"), in.octets("key"), in.optional("aad")
	if in.has("pt") {
		sealed, err := bash.Seal(nil, l, d, announcement, key, in.octets("pt"), aad)
		if err != nil {
			return nil, err
		}
		n := len(sealed) - l/8
		return outputs{"ct": upper(sealed[:n]), "tag": upper(sealed[n:])}, nil
	}
	tag := in.octets("tag")
	if len(tag) != l/8 {
		return nil, errInvalid
	}
	pt, err := bash.Open(nil, l, d, announcement, key, append(in.octets("ct"), tag...), aad)
	return outputs{"pt": upper(pt)}, err
}

// threeAutomata is the program of the standard's example with three automata.
func threeAutomata(in inputs) (outputs, error) {
	alpha, err := bash.NewAutomaton(256, 2, nil, in.octets("key"))
	if err != nil {
		return nil, err
	}
	alpha.Absorb(in.octets("msg_I"))
	alpha.Ratchet()
	k1 := make([]byte, 16)
	alpha.Squeeze(k1)
	beta, err := bash.NewAutomaton(128, 1, in.octets("announcement1"), k1)
	if err != nil {
		return nil, err
	}
	gamma := beta.Clone()
	x := in.octets("X")
	y1, y2 := make([]byte, len(x)), make([]byte, len(x))
	if err := beta.Encrypt(y1, x); err != nil {
		return nil, err
	}
	if err := gamma.Restart(in.octets("announcement2"), nil); err != nil {
		return nil, err
	}
	if err := gamma.Encrypt(y2, x); err != nil {
		return nil, err
	}
	return outputs{"K1": upper(k1), "Y1": upper(y1), "Y2": upper(y2)}, nil
}

func brngVectors() map[string]computation {
	return map[string]computation{
		"brng-ctr-hbelt": func(in inputs) (outputs, error) {
			g, err := brng.NewCTR(in.octets("key"), in.octets("iv"))
			if err != nil {
				return nil, err
			}
			y := in.octets("x")
			g.Generate(y)
			iv := g.IV()
			return outputs{"y": upper(y), "iv_out": upper(iv[:])}, nil
		},
		"brng-hmac-hbelt": func(in inputs) (outputs, error) {
			n := 0
			if in.has("out_len") {
				n = in.number("out_len")
			} else {
				n = brng.Size * in.number("n")
			}
			if n > maxInput {
				return nil, errUnsupported
			}
			y := make([]byte, n)
			_, err := brng.NewHMAC(in.octets("key"), in.octets("iv")).Read(y)
			return outputs{"y": upper(y)}, err
		},
		"hotp-hbelt": func(in inputs) (outputs, error) {
			otp, err := brng.HOTP(in.octets("key"), counter(in), digits(in))
			return outputs{"otp": otp}, err
		},
		"totp-hbelt": func(in inputs) (outputs, error) {
			origin, step := 0, 1
			if in.has("T0") {
				origin = in.number("T0")
			}
			if in.has("Ts") {
				step = in.number("Ts")
			}
			otp, err := brng.TOTP(in.octets("key"), int64(in.number("unix_time")), int64(origin), int64(step), digits(in))
			return outputs{"otp": otp}, err
		},
		"ocra-hbelt": ocra,
	}
}

// counter returns the counter of a one-time password: 8 octets, the most significant first.
func counter(in inputs) uint64 {
	b := in.octets("counter")
	size(len(b), 8)
	return binary.BigEndian.Uint64(b)
}

// digits returns the number of digits of a one-time password, 8 where it is not given.
func digits(in inputs) int {
	if !in.has("digits") {
		return 8
	}
	return in.number("digits")
}

func ocra(in inputs) (outputs, error) {
	x := brng.OCRAInput{Question: []byte(in.text("q")), Session: in.optional("s")}
	if in.has("counter") {
		x.Counter = counter(in)
	}
	if p := in.optional("p"); len(p) > 0 {
		x.PasswordHash = p
	}
	if in.has("t") {
		x.Time = uint64(in.number("t"))
	}
	otp, err := brng.OCRA(in.text("suite"), in.octets("key"), x)
	return outputs{"otp": otp}, err
}

func belsVectors() map[string]computation {
	return map[string]computation{
		"bels-std-pubkeys": func(in inputs) (outputs, error) {
			n := size(in.number("len"), 16, 24, 32)
			var mi []string
			for i := range bels.MaxShares {
				mi = append(mi, upper(bels.Polynomial(n, i+1)))
			}
			return outputs{"m0": upper(bels.Polynomial(n, 0)), "mi": mi}, nil
		},
		"bels-share": func(in inputs) (outputs, error) {
			shares, err := bels.SplitWith(in.octets("secret"), in.number("count"), in.number("threshold"), in.octets("k"))
			var list []string
			for _, s := range shares {
				list = append(list, upper(s[1:]))
			}
			return outputs{"shares": list}, err
		},
		"bels-recover": func(in inputs) (outputs, error) {
			list, ok := in["shares"].([]any)
			if !ok {
				return nil, errUnsupported
			}
			var shares [][]byte
			for _, v := range list {
				m, ok := v.(map[string]any)
				if !ok {
					return nil, errUnsupported
				}
				number := inputs(m).number("number")
				if number > bels.MaxShares {
					return nil, errInvalid
				}
				value, err := hex.DecodeString(inputs(m).text("value"))
				if err != nil {
					return nil, errUnsupported
				}
				shares = append(shares, append([]byte{byte(number)}, value...))
			}
			secret, err := bels.Join(shares)
			return outputs{"secret": upper(secret)}, err
		},
	}
}
