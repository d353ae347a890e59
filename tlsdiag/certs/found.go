package certs

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// The words for what a file holds. They fill the place in "the file holds a …".
const (
	foundCertificate  = "certificate"
	foundPrivateKey   = "private key"
	foundEncryptedKey = "encrypted private key"
	foundPublicKey    = "public key"
	foundRequest      = "certificate signing request"
	foundCRL          = "certificate revocation list"
	foundPKCS7        = "PKCS #7 bundle"
	foundPKCS12       = "PKCS #12 bundle"
	foundKeystore     = "Java keystore"
	foundOpenSSHKey   = "private key in OpenSSH's own format"
	foundTPMKey       = "TPM key"
	foundParameters   = "set of key parameters"
	foundHTML         = "HTML page"
	foundUTF16        = "text in UTF-16"
	foundGzip         = "gzip archive"
	foundBareBase64   = "piece of base64 without a BEGIN line"
	foundText         = "text"
	foundNULs         = "row of NUL bytes"
	foundBinary       = "piece of binary data"
)

// describeLabel names what a PEM block of that label holds.
func describeLabel(label string) string {
	switch label {
	case labelCertificate, labelX509, labelTrusted:
		return foundCertificate
	case certificateRequest, "NEW CERTIFICATE REQUEST":
		return foundRequest
	case labelCRL:
		return foundCRL
	case "PUBLIC KEY", "RSA PUBLIC KEY":
		return foundPublicKey
	case encryptedPrivateKey:
		return foundEncryptedKey
	case "OPENSSH PRIVATE KEY":
		return foundOpenSSHKey
	case "TSS2 PRIVATE KEY", "TSS2 KEY BLOB":
		return foundTPMKey
	case "PKCS7", "CMS":
		return foundPKCS7
	case "EC PARAMETERS", "DH PARAMETERS", "DSA PARAMETERS":
		return foundParameters
	}
	if strings.HasSuffix(label, "PRIVATE KEY") {
		return foundPrivateKey
	}
	return "PEM block of type " + clip([]byte(label))
}

// notPEM says what a file without any PEM block is: the problem it has, and what it holds.
func notPEM(data []byte) (p Problem, found string) {
	text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte(byteOrderMark)))
	if len(text) == 0 {
		return Empty, ""
	}
	if found := describeDER(data); found == foundPKCS12 {
		return IsPKCS12, found
	} else if found != "" {
		return IsDER, found
	}
	return 0, describeText(data, text)
}

// describeText names what has neither a PEM block nor the structure of DER.
func describeText(data, text []byte) string {
	head := strings.ToLower(string(text[:min(len(text), 512)]))
	switch {
	case bytes.HasPrefix(data, []byte{0xfe, 0xed, 0xfe, 0xed}):
		return foundKeystore
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return foundUTF16
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		return foundGzip
	case strings.HasPrefix(head, "<") && (strings.Contains(head, "<html") || strings.Contains(head, "<!doctype")):
		return foundHTML
	case len(bytes.Trim(data, "\x00")) == 0:
		return foundNULs // what a power cut leaves of a file that was just written
	case !utf8.Valid(text) || bytes.ContainsFunc(text, func(r rune) bool { return r < ' ' && !isSpace(byte(r)) }):
		return foundBinary
	case len(text) >= 64 && len(bytes.TrimFunc(text, isBase64OrSpace)) == 0:
		return foundBareBase64
	}
	return foundText
}

func isBase64OrSpace(r rune) bool {
	return r < utf8.RuneSelf && (isBase64(byte(r)) || isSpace(byte(r)) || r == '=')
}

// describeDER names the structure that data is the DER of, empty if it is none of those that people put into these files.
func describeDER(data []byte) string {
	outer := elements{rest: data}
	top := outer.expect(tagSequence)
	if outer.err != nil {
		return ""
	}
	if _, err := parseSkeleton(data); err == nil {
		return foundCertificate
	}
	fields := top.inside()
	first := fields.next()
	second := fields.next()
	switch {
	case first.tag == tagOID && bytes.HasPrefix(first.contents, []byte(oidPKCS7)):
		return foundPKCS7
	case fields.err != nil:
		return ""
	case first.tag == tagInteger:
		return describeNumbered(first, second)
	case first.tag == tagSequence && second.tag == tagBitString:
		return foundPublicKey
	case first.tag == tagSequence && second.tag == tagOctetString:
		return foundEncryptedKey
	case first.tag == tagSequence && second.tag == tagSequence:
		return describeSigned(first)
	}
	return ""
}

// IsBundle reports whether data is a PKCS #12 bundle, by its first fields.
func IsBundle(data []byte) bool { return describeDER(data) == foundPKCS12 }

// oidPKCS7 begins the content types of PKCS #7: 1.2.840.113549.1.7.
const oidPKCS7 = "\x2a\x86\x48\x86\xf7\x0d\x01\x07"

// describeNumbered names a structure that begins with a version number, or a PKCS #1 public key's modulus.
func describeNumbered(version, second element) string {
	switch second.tag {
	case tagSequence:
		content := second.inside()
		if bytes.HasPrefix(content.expect(tagOID).contents, []byte(oidPKCS7)) {
			return foundPKCS12
		}
		return foundPrivateKey // PKCS #8
	case tagOctetString:
		return foundPrivateKey // SEC 1
	case tagInteger:
		if len(version.contents) > 8 {
			return foundPublicKey
		}
		return foundPrivateKey // PKCS #1
	}
	return ""
}

// describeSigned tells a signing request from a revocation list by the body that is signed: only the former begins
// with a number and then a name and a key, the latter has an algorithm and a name first.
func describeSigned(body element) string {
	fields := body.inside()
	version, hasVersion := fields.optional(tagInteger)
	fields.expect(tagSequence)
	third := fields.next()
	switch {
	case fields.err != nil:
		return ""
	case hasVersion && len(version.contents) == 1 && version.contents[0] == 0 && third.tag == tagSequence:
		return foundRequest
	}
	return foundCRL
}
