$VMATLAS -R $FIXTURES/recordings/changes.rec -r changes --since 00:26:41 --at +2 -f json | sed "s/\"elapsed_ms\":[0-9.]*/\"elapsed_ms\":0/"
