# Fails with 75 twice, then prints the data. The counter stands where git ignores it.
tries=$(cat .orchestrate/tries 2>/dev/null || echo 0)
echo $((tries + 1)) >.orchestrate/tries
[ "$tries" -lt 2 ] && exit 75
echo "the data, at attempt $((tries + 1))"
