$VMATLAS -r audit -p 7 -R $FIXTURES/recordings/audit.rec
