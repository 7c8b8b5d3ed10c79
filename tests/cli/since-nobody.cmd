$VMATLAS -R $FIXTURES/recordings/unprivileged.rec -r regions --since 1
