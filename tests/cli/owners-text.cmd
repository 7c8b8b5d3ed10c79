"$VMATLAS" -R $FIXTURES/recordings/family.rec -r owners --pfn 1800
