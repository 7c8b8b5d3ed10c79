"$VMATLAS" -R $FIXTURES/recordings/family.rec -r owners --pfn 1
"$VMATLAS" -R $FIXTURES/recordings/family.rec -r owners --pa 0-3000
"$VMATLAS" -R $FIXTURES/recordings/family.rec -r owners --pfn ffffffff
"$VMATLAS" -R $FIXTURES/recordings/family.rec -r owners --pfn ffff0000-fffff000
