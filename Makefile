# Short names for the scripts; each also works without make.
.PHONY: demo test check
demo:
	scripts/demo
test:
	scripts/test
check:
	scripts/check
