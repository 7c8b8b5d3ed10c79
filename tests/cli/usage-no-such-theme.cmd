$VMATLAS --theme no-such-theme -R fixtures/recordings/sample.rec --script /dev/null
