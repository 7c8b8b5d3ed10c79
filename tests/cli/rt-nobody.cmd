$VMATLAS -r rt -f csv -R $FIXTURES/recordings/unprivileged.rec
