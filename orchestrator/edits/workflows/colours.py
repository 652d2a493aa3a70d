"""The scripts of blue-green and canary deployments to Kubernetes.

Both read the files `images` and write to the runner's temporary folder, as the steps of `rollout` do. For blue-green
each service has the deployments NAME-blue and NAME-green and a Service NAME whose selector has the key `colour`.
"""

from orchestrator.edits.workflows.rollout import KUBECONFIG, UNDO_CONDITION, Step

COLOURS = "${{ runner.temp }}/colours"
STRATEGY = "vars.DEPLOY_STRATEGY"

_IDLE = """\
while read -r name image; do
  live="$(kubectl get "service/$name" -o jsonpath='{.spec.selector.colour}')"
  if [ "$live" = blue ]; then idle=green; else idle=blue; fi
  echo "$name $live $idle" >> "$COLOURS"
  kubectl set image "deployment/$name-$idle" "*=$image"
  kubectl scale "deployment/$name-$idle" --replicas="$REPLICAS"
done < "$RUNNER_TEMP/images"
while read -r name live idle; do
  kubectl rollout status "deployment/$name-$idle" --timeout=5m
done < "$COLOURS"
"""
_SWITCH = """\
while read -r name live idle; do
  kubectl patch "service/$name" --patch "{\\"spec\\": {\\"selector\\": {\\"colour\\": \\"$idle\\"}}}"
done < "$COLOURS"
"""
_SWITCH_BACK = """\
while read -r name live idle; do
  kubectl patch "service/$name" --patch "{\\"spec\\": {\\"selector\\": {\\"colour\\": \\"$live\\"}}}"
  kubectl scale "deployment/$name-$idle" --replicas=0
done < "$COLOURS"
"""
_RETIRE = """\
while read -r name live idle; do
  kubectl scale "deployment/$name-$live" --replicas=0
done < "$COLOURS"
"""
_CANARY = """\
abort() {
  while read -r name image; do
    kubectl scale "deployment/$name-canary" --replicas=0
  done < "$RUNNER_TEMP/images"
}
trap abort EXIT
while read -r name image; do
  kubectl set image "deployment/$name-canary" "*=$image"
done < "$RUNNER_TEMP/images"
for replicas in $REPLICAS; do
  while read -r name image; do
    kubectl scale "deployment/$name-canary" --replicas="$replicas"
    kubectl rollout status "deployment/$name-canary" --timeout=5m
  done < "$RUNNER_TEMP/images"
  for _ in $(seq "$PROBES"); do
    curl --fail --silent --show-error --output /dev/null --max-time 10 "$HEALTH_URL"
    sleep "$PAUSE"
  done
done
"""


def deploy_idle(replicas: int) -> Step:
    """Roll the images out to the colour that has no traffic; it keeps the id of the deploying step."""
    env = {"KUBECONFIG": KUBECONFIG, "COLOURS": COLOURS, "REPLICAS": str(replicas)}
    return {"name": "Deploy to the idle colour", "id": "deploy", "env": env, "run": _IDLE}


def switch() -> Step:
    """Send the traffic to the new colour."""
    env = {"KUBECONFIG": KUBECONFIG, "COLOURS": COLOURS}
    return {"name": "Switch the traffic", "id": "switch", "env": env, "run": _SWITCH}


def switch_back() -> Step:
    """Send the traffic back to the colour that had it; that one never stopped."""
    env = {"KUBECONFIG": KUBECONFIG, "COLOURS": COLOURS}
    return {"name": "Roll back", "if": UNDO_CONDITION, "env": env, "run": _SWITCH_BACK}


def retire() -> Step:
    """Stop the old colour after the new one has answered."""
    env = {"KUBECONFIG": KUBECONFIG, "COLOURS": COLOURS}
    return {"name": "Retire the old colour", "env": env, "run": _RETIRE}


def canary(replicas: list[int], probes: int, pause: int, url: str) -> Step:
    """Give the new version a growing share, probing it all the time; any failure takes the share away again."""
    env = {
        "KUBECONFIG": KUBECONFIG,
        "REPLICAS": " ".join(str(number) for number in replicas),
        "PROBES": str(probes),
        "PAUSE": str(pause),
        "HEALTH_URL": url,
    }
    return {"name": "Try a canary", "id": "canary", "if": f"{STRATEGY} == 'canary'", "env": env, "run": _CANARY}
