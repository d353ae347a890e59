package cause

import (
	"strings"
	"testing"
)

// identifiers are those that were published. None is ever renamed or removed.
const identifiers = `
alpn-missing alpn-refused authority-key-id-mismatch broker-cafile-intermediate-only broker-crl-expired
broker-crl-unusable bytes-corrupted ca-and-server-same-subject ca-expired ca-recreated ca-rejected-by-label
cafile-damaged cafile-der cafile-end-entity cafile-intermediate-only cafile-is-directory cafile-missing
cafile-no-certificate cafile-unreadable capath-is-file capath-missing capath-not-hashed capath-unreadable
certificate-and-key-swapped certificate-damaged certificate-der certificate-ignored certificate-malformed
certificate-missing certificate-no-certificate certificate-pkcs12 certificate-signature-invalid
certificate-unreadable certificate-without-key ciphers-option-unknown client-ca-not-listed
client-certificate-critical-extension client-certificate-expired client-certificate-no-common-name
client-certificate-not-yet-valid client-certificate-purpose client-certificate-refused client-certificate-required
client-certificate-revoked client-certificate-same-subject client-certificate-signature-invalid
client-certificate-weak client-hello-too-large client-intermediate-missing client-issuer-not-trusted client-refused-certificate
client-tls-version-too-new clock-ahead clock-behind closed-after-client-hello closed-after-connect
cloud-root-changed connection-intercepted connection-refused crl-expired crl-file-damaged crl-file-missing crl-file-no-crl
crl-file-unreadable crl-issuer-may-not-sign crl-missing crl-not-yet-valid crl-signature-invalid crl-unusable intermediate-expired intermediate-missing
issuer-may-not-sign issuer-not-a-ca issuer-not-trusted key-damaged key-der key-encrypted key-mismatch
key-missing key-no-key key-pass-phrase-wrong key-unreadable name-constraint-violated name-in-common-name-only no-common-cipher-suite
no-common-curve no-common-signature-algorithm no-connack path-length-exceeded peer-is-http peer-is-https
peer-not-mqtt peer-not-tls peer-silent pin-mismatch plain-to-tls-port private-ca-not-given psk-identity-unknown
psk-key-wrong server-certificate-expired server-certificate-expires-soon server-certificate-key-usage
server-certificate-not-yet-valid server-certificate-purpose server-certificate-revoked server-flight-stalled server-name-is-address
server-name-mismatch server-name-trailing-dot server-name-unknown server-name-wildcard server-self-signed
server-self-signed-replaced server-tls-version-too-new server-tls-version-too-old server-wants-certificates
server-wants-psk sni-default-certificate tls-not-enabled tls-to-plain-port unknown-critical-extension
unsupported-key-type weak-key weak-signature
host-name-not-ascii service-not-found host-needs-nss host-not-found host-lookup-unanswered proxy-unreachable proxy-authentication proxy-cannot-reach proxy-refused not-a-proxy
websocket-not-found websocket-authentication websocket-redirected websocket-subprotocol websocket-refused not-a-websocket
`

// TestIdentifiersArePermanent: every published identifier is in the catalogue, and every one in the catalogue is published.
func TestIdentifiersArePermanent(t *testing.T) {
	published := map[string]bool{}
	for _, id := range strings.Fields(identifiers) {
		published[id] = true
	}
	have := map[string]bool{}
	for _, c := range append(List(), Warnings()...) {
		have[c.ID] = true
		if !published[c.ID] {
			t.Errorf("%s is new: add it to the list", c.ID)
		}
	}
	for id := range published {
		if !have[id] {
			t.Errorf("%s is published, and the catalogue does not have it", id)
		}
	}
}
