// Package certs reads certificates and keys, says precisely why a file cannot be used, and judges chains of certificates
// as OpenSSL 3 does on behalf of libmosquitto 2.1: the same verdict, the same error number, the same order of checks. It
// builds on the parser of crypto/x509, but not on its verifier, whose verdict is another one in many a real setup.
package certs
