package tlsdiag

import (
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Probed adds to the evidence what further connections showed, and with it
// every verdict that the server's chain deserves: the handshake ends at the
// first, and who has to mend it wants to know all.
func (w *Watcher) Probed(p evidence.Probes) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.probes, w.session = &p, nil
}

// describeThoroughly completes what was probed. w.mu is held.
func (w *Watcher) describeThoroughly(s *evidence.Session, flow *record.Seen) {
	if w.probes == nil {
		return
	}
	p := *w.probes
	s.Probes = &p
	chain := w.hooks.Seen().Chain
	if chain == nil {
		chain = w.unverified()
	}
	if chain == nil {
		chain = parse(flow.Server)
	}
	if file := w.settings.Trust.CAFile; len(chain) == 0 || file != "" && certs.NewStore().AddFile(file) != nil {
		return
	}
	now := s.Local.Clock.Now
	for _, v := range w.everyVerdict(chain, s.Target.Name(), now) {
		p.Verdicts = append(p.Verdicts, *describeVerdict(v, s.Target.Name(), now))
	}
	p.Go = w.goJudges(chain, s.Target.Name(), now)
}

// everyVerdict judges a chain by OpenSSL's rules, sets right what they refuse,
// and judges it again until nothing is left that can be set right.
func (w *Watcher) everyVerdict(chain []*x509.Certificate, host string, now time.Time) []*certs.VerifyError {
	var found []*certs.VerifyError
	o := certs.Options{Store: w.store(), Host: host, SkipName: host == "", Now: now, SecurityLevel: w.settings.Policy.SecurityLevel,
		Pins: w.settings.Policy.Pins}
	for range 3 + len(chain) {
		_, err := certs.Verify(chain, o)
		var v *certs.VerifyError
		if !errors.As(err, &v) || slices.ContainsFunc(found, func(f *certs.VerifyError) bool { return sameFault(f, v) }) {
			break
		}
		if dated(v.Number) && inDate(v.Certificate, now) {
			break // it is the time that was assumed that is wrong for this one
		}
		found = append(found, v)
		switch v.Number {
		case certs.CertHasExpired, certs.CertNotYetValid:
			o.Now = midway(v.Certificate)
		case certs.EEKeyTooSmall, certs.CAKeyTooSmall, certs.CAMDTooWeak:
			o.SecurityLevel = 0
		case certs.HostnameMismatch, certs.IPAddressMismatch:
			o.SkipName = true
		case certs.ApplicationVerification:
			o.Pins = nil
		default:
			return append(found, unreached(chain, host, now, found)...)
		}
	}
	return found
}

// unreached are the faults of the server's own certificate that stand behind
// one that cannot be set right.
func unreached(chain []*x509.Certificate, host string, now time.Time, found []*certs.VerifyError) []*certs.VerifyError {
	leaf := chain[0]
	var more []*certs.VerifyError
	add := func(n certs.ErrorNumber) {
		v := &certs.VerifyError{Number: n, Certificate: leaf, Chain: chain[:1], Host: host, Now: now}
		if !slices.ContainsFunc(found, func(f *certs.VerifyError) bool { return sameFault(f, v) }) {
			more = append(more, v)
		}
	}
	switch {
	case now.Before(leaf.NotBefore):
		add(certs.CertNotYetValid)
	case now.After(leaf.NotAfter):
		add(certs.CertHasExpired)
	}
	if host != "" && certs.MatchHost(leaf, host) == certs.NoMatch {
		add(certs.HostnameMismatch)
	}
	return more
}

func sameFault(a, b *certs.VerifyError) bool {
	return a.Number == b.Number && (a.Certificate == nil || b.Certificate == nil || a.Certificate.Equal(b.Certificate))
}

func dated(n certs.ErrorNumber) bool { return n == certs.CertHasExpired || n == certs.CertNotYetValid }

func inDate(c *x509.Certificate, now time.Time) bool {
	return c != nil && !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}

func midway(c *x509.Certificate) time.Time {
	return c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) / 2)
}

// goJudges is what a Go program with the same CAs would decide.
func (w *Watcher) goJudges(chain []*x509.Certificate, host string, now time.Time) *evidence.Verdict {
	roots := x509.NewCertPool()
	if w.settings.Trust.OSCerts {
		if system, err := x509.SystemCertPool(); err == nil {
			roots = system
		}
	}
	for _, a := range w.store().Certificates() {
		roots.AddCert(a.Certificate)
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: host, CurrentTime: now})
	if err == nil {
		return &evidence.Verdict{Judge: cause.JudgeGo}
	}
	if v := describeVerdict(err, host, now); v != nil {
		return v
	}
	return &evidence.Verdict{Error: int(certs.Unspecified), Text: err.Error(), Judge: cause.JudgeGo}
}
