"""A case that is made plainer step by step stays one whose outcome comes again."""

import json
import shutil

import pytest
from by_hand import answer_of

from orchestrator.testgen.typescript.bench import NODE

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")

SCRIPT = """
const {{ settled }} = require({script!r});
const fickle = {fickle}; // what comes out once and not again
const search = {{
  caller: {{ call: async ({{ v }}) => ({{ kind: 'value', value: {{ t: 'value', v }}, goals: new Set() }}) }},
  unfit: () => '',
  completed: (item) => item,
  outcomeOf: () => 'a number',
  steady: async ({{ v }}, seen) => {{ looks.push(v); return fickle.includes(v) ? undefined : seen; }},
  tells: async () => true,
}};
const looks = [];
const entry = {{ item: {{ v: 9 }}, seen: {seen}, goals: [], kills: [1], outcome: 'a number' }};
const change = async (worth) => {{
  let found = entry;
  for (const v of [3, 2, 1]) found = (await worth(search, found, {{ v }})) ?? found;
  return found;
}};
settled(search, entry, change).then(({{ item }}) => console.log(JSON.stringify([item.v, looks])));
"""
KNOWN = "{ kind: 'value', value: { t: 'value', v: 9 } }"
OF_A_KIND = "{ kind: 'value', value: { t: 'list', items: [{ t: 'any', of: 'Number' }] } }"


@pytest.mark.parametrize(
    ("fickle", "seen", "expected"),
    [
        ([], KNOWN, [1, [1]]),  # looked at again at the end only
        ([1], KNOWN, [2, [1, 3, 2, 1]]),  # the last step does not hold: each is looked at twice then
        ([3, 2, 1], KNOWN, [9, [1, 3, 2, 1]]),
        ([2], OF_A_KIND, [1, [3, 2, 1]]),
    ],
)
def test_a_plainer_form_is_kept_only_if_the_same_comes_out_again(fickle, seen, expected):
    script = str(NODE / "explorer/plainer.cjs")
    assert answer_of(SCRIPT.format(script=script, fickle=json.dumps(fickle), seen=seen)) == expected
