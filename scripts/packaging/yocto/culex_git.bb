SUMMARY = "MQTT publisher and subscriber that says why TLS failed"
DESCRIPTION = "culex publishes and subscribes over MQTT with the command line of mosquitto_pub, mosquitto_sub and \
mosquitto_rr, and names the cause, the evidence and the fix when TLS fails."
HOMEPAGE = "https://github.com/culex-mqtt/culex"
SECTION = "net"
LICENSE = "Apache-2.0"
LIC_FILES_CHKSUM = "file://src/${GO_IMPORT}/LICENSE;md5=3b83ef96387f14655fc854ddc3c6bd57"

GO_IMPORT = "github.com/culex-mqtt/culex"
GO_INSTALL = "${GO_IMPORT}/cmd/culex"
SRC_URI = "git://${GO_IMPORT}.git;protocol=https;branch=main;destsuffix=git/src/${GO_IMPORT}"
SRCREV = "${AUTOREV}"
PV = "0.0+git"

inherit go-mod

# go-mod fetches modules in do_compile. Where that has no network, use the archive of
# a release made with `go mod vendor` instead of SRC_URI, and add GOBUILDFLAGS:append = " -mod=vendor".
do_compile[network] = "1"

export CGO_ENABLED = "0"
GO_LINKSHARED = ""
GO_EXTRA_LDFLAGS = "-s -w -X main.version=${PV}"
INSANE_SKIP:${PN} += "already-stripped"

do_install:append() {
    install -d ${D}${mandir}/man1
    install -m 0644 ${S}/src/${GO_IMPORT}/cmd/culex/doc/man/culex*.1 ${D}${mandir}/man1/
    for name in pub sub rr; do
        ln -s culex ${D}${bindir}/mosquitto_$name
    done
    # the sources of a program are of no use on a device
    rm -rf ${D}${libdir}/go
}

# The links are a package of their own, in the place of mosquitto's.
PACKAGES =+ "${PN}-mosquitto-clients"
FILES:${PN}-mosquitto-clients = "${bindir}/mosquitto_pub ${bindir}/mosquitto_sub ${bindir}/mosquitto_rr"
RDEPENDS:${PN}-mosquitto-clients = "${PN}"
RPROVIDES:${PN}-mosquitto-clients = "mosquitto-clients"
RCONFLICTS:${PN}-mosquitto-clients = "mosquitto-clients"
RREPLACES:${PN}-mosquitto-clients = "mosquitto-clients"
RRECOMMENDS:${PN} = "ca-certificates"
