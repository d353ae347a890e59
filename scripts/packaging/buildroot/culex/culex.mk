################################################################################
#
# culex
#
################################################################################

CULEX_VERSION = main
CULEX_SITE = $(call github,culex-mqtt,culex,$(CULEX_VERSION))
CULEX_LICENSE = Apache-2.0
CULEX_LICENSE_FILES = LICENSE
CULEX_GOMOD = github.com/culex-mqtt/culex
CULEX_BUILD_TARGETS = cmd/culex
CULEX_LDFLAGS = -s -w -X main.version=$(CULEX_VERSION)
CULEX_GO_ENV = CGO_ENABLED=0

ifeq ($(BR2_PACKAGE_CULEX_LINKS),y)
define CULEX_LINKS
	for name in pub sub rr; do \
		ln -sf culex $(TARGET_DIR)/usr/bin/mosquitto_$$name || exit 1; \
	done
endef
CULEX_POST_INSTALL_TARGET_HOOKS += CULEX_LINKS
endif

$(eval $(golang-package))
