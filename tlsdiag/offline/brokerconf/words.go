package brokerconf

import "strings"

// kind is what an option's value looks like.
type kind int

const (
	aText kind = iota
	aFile
	aBool
)

// option is one of mosquitto's options that bear on TLS.
type option struct {
	name string
	kind kind
	// in says where it goes; nil for one that is known and not kept.
	in func(*Listener) *Value
}

// options are those of a listener.
func options() []option {
	return []option{
		{"cafile", aFile, func(l *Listener) *Value { return &l.CAFile }},
		{"capath", aFile, func(l *Listener) *Value { return &l.CAPath }},
		{"certfile", aFile, func(l *Listener) *Value { return &l.CertFile }},
		{"keyfile", aFile, func(l *Listener) *Value { return &l.KeyFile }},
		{"crlfile", aFile, func(l *Listener) *Value { return &l.CRLFile }},
		{"dhparamfile", aFile, func(l *Listener) *Value { return &l.DHParamFile }},
		{"psk_file", aFile, func(l *Listener) *Value { return &l.PSKFile }},
		{"ciphers", aText, func(l *Listener) *Value { return &l.Ciphers }},
		{"ciphers_tls1.3", aText, func(l *Listener) *Value { return &l.Ciphers13 }},
		{"tls_version", aText, func(l *Listener) *Value { return &l.TLSVersion }},
		{"tls_engine", aText, func(l *Listener) *Value { return &l.Engine }},
		{"tls_keyform", aText, func(l *Listener) *Value { return &l.KeyForm }},
		{"tls_engine_kpass_sha1", aText, nil},
		{"psk_hint", aText, func(l *Listener) *Value { return &l.PSKHint }},
		{"require_certificate", aBool, func(l *Listener) *Value { return &l.RequireCertificate }},
		{"use_identity_as_username", aBool, func(l *Listener) *Value { return &l.IdentityAsUsername }},
		{"use_subject_as_username", aBool, func(l *Listener) *Value { return &l.SubjectAsUsername }},
		{"allow_anonymous", aBool, func(l *Listener) *Value { return &l.AllowAnonymous }},
	}
}

// bridgeOptions are the options of a bridge that bear on TLS.
const bridgeOptions = " bridge_cafile bridge_capath bridge_certfile bridge_keyfile bridge_insecure bridge_identity bridge_psk" +
	" bridge_tls_version bridge_alpn bridge_require_ocsp bridge_ciphers bridge_ciphers_tls1.3 bridge_tls_use_os_certs "

// others are mosquitto's remaining options, up to 2.1: they do not bear on TLS.
const others = " acl_file address addresses allow_duplicate_messages allow_zero_length_clientid auth_plugin auth_plugin_deny_special_chars auto_id_prefix" +
	" autosave_interval autosave_on_changes bind_address bind_interface bridge_attempt_unsubscribe bridge_bind_address bridge_max_packet_size bridge_max_topic_alias" +
	" bridge_outgoing_retain bridge_protocol_version bridge_receive_maximum bridge_reload_type bridge_session_expiry_interval bridge_tcp_keepalive" +
	" bridge_tcp_user_timeout check_retain_source cleansession clientid clientid_prefixes connection connection_messages enable_control_api enable_proxy_protocol" +
	" global_max_clients global_max_connections global_plugin http_dir idle_timeout include_dir keepalive_interval listener local_cleansession local_clientid" +
	" local_password local_username log_dest log_facility log_timestamp log_timestamp_format log_type max_connections max_inflight_bytes max_inflight_messages" +
	" max_keepalive max_packet_size max_qos max_queued_bytes max_queued_messages max_topic_alias max_topic_alias_broker memory_limit message_size_limit mount_point" +
	" notifications notifications_local_only packet_buffer_size packet_max_auth packet_max_connect packet_max_simple packet_max_sub packet_max_un password password_file" +
	" per_listener_settings persistence persistence_file persistence_location persistent_client_expiration pid_file plugin plugin_load plugin_use port protocol" +
	" proxy_protocol_v2_require_tls queue_qos0_messages remote_clientid remote_password remote_username restart_timeout retain_available retain_expiry_interval" +
	" retry_interval round_robin set_tcp_nodelay socket_domain start_type store_clean_interval sys_interval threshold topic try_private upgrade_outgoing_qos" +
	" use_username_as_clientid user username websockets_headers_size websockets_log_level websockets_origin accept_protocol_versions accept_socket_activation" +
	" disable_client_cert_date_checks allow_anonymous_local "

func knownOther(word string) bool {
	return strings.Contains(others, " "+word+" ") || strings.HasPrefix(word, "auth_opt_") || strings.HasPrefix(word, "plugin_opt_")
}

// near returns the TLS option that a word was probably meant to be; empty if none is near.
func near(word string) string {
	low := strings.ReplaceAll(strings.ToLower(word), "-", "_")
	names := strings.Fields(bridgeOptions)
	for _, o := range options() {
		names = append(names, o.name)
	}
	for _, alias := range [...][2]string{
		{"ca_file", "cafile"}, {"ca_path", "capath"}, {"cert", "certfile"}, {"cert_file", "certfile"}, {"key", "keyfile"}, {"key_file", "keyfile"},
		{"cipher", "ciphers"}, {"crl", "crlfile"}, {"crl_file", "crlfile"}, {"certificate", "certfile"}, {"ssl_version", "tls_version"},
		{"require_client_certificate", "require_certificate"}, {"verify_peer", "require_certificate"},
	} {
		if low == alias[0] {
			return alias[1]
		}
	}
	best, least := "", 1+len(low)/5
	for _, name := range names {
		if d := distance(low, name); d <= least && len(name) > 4 {
			best, least = name, d-1
		}
	}
	return best
}

// distance counts the letters to insert, remove or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			keep := before
			if a[i] != b[j] {
				keep++
			}
			before = row[j+1]
			row[j+1] = min(keep, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}
