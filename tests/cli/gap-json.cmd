$VMATLAS -r pages -p 7 -f json -R $FIXTURES/recordings/gap.rec | sed "s/elapsed_ms\":[0-9.]*/elapsed_ms\":/"
