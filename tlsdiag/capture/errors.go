package capture

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"syscall"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Alert returns the code of the TLS alert that err carries and who sent it.
// crypto/tls keeps the code in an unexported type of kind uint8 inside a
// *net.OpError, whose Op tells the sender.
func Alert(err error) (from evidence.Side, code uint8, ok bool) {
	var quic tls.AlertError
	if errors.As(err, &quic) {
		return evidence.SideServer, uint8(quic), true
	}
	var op *net.OpError
	for errors.As(err, &op) {
		switch op.Op {
		case "remote error":
			from = evidence.SideServer
		case "local error":
			from = evidence.SideClient
		default:
			err, op = op.Err, nil
			continue
		}
		v := reflect.ValueOf(op.Err)
		if v.Kind() != reflect.Uint8 {
			return "", 0, false
		}
		return from, uint8(v.Uint()), true
	}
	return "", 0, false
}

// How classifies the error that ended a connection.
func How(err error) evidence.How {
	if from, _, ok := Alert(err); ok {
		if from == evidence.SideServer {
			return evidence.EndAlert
		}
		return evidence.EndLocal
	}
	var dns *net.DNSError
	var header tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	switch {
	case errors.As(err, &header), errors.As(err, &verify):
		return evidence.EndLocal
	case errors.As(err, &dns) && !dns.IsTimeout:
		return evidence.EndUnknownHost
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return evidence.EndTimeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return evidence.EndRefused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return evidence.EndReset
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return evidence.EndUnreachable
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return evidence.EndFIN
	}
	return evidence.EndOther
}

// Unverified returns the chain that crypto/tls refused, which the error keeps
// and no hook is told.
func Unverified(err error) []*x509.Certificate {
	var verify *tls.CertificateVerificationError
	if errors.As(err, &verify) {
		return verify.UnverifiedCertificates
	}
	return nil
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
