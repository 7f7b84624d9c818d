"""The command that sends traffic back to a revision, where the platform's names leave no doubt of it.

Sources: https://cloud.google.com/sdk/gcloud/reference/run/services/update-traffic,
https://cloud.google.com/sdk/gcloud/reference/container/clusters/get-credentials,
https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_undo/
"""

import re

from bot.model.entry import Place

_NAME = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?")
_REGION = re.compile(r"[a-z]{2,20}-[a-z]{2,20}[0-9]{1,2}")
_LOCATION = re.compile(rf"{_REGION.pattern}(?:-[a-z])?")
_PROJECT = re.compile(r"[a-z][-a-z0-9]{4,28}[a-z0-9]")
_NAMESPACE = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_REPLICA_SET = re.compile(r"[0-9a-z]{6,10}")


def rollback_command(place: Place, revision: str) -> str:
    """What a person types to go back to this revision of the service; "" where a name isn't one of the platform's.

    Cloud Run names revisions after their service; Kubernetes names ReplicaSets by a hash, and goes back by one, after a
    line that chooses the cluster where the logs name it. Every name is held against the platform's own rules, so that
    nothing else from a log gets into a shell.
    """
    service = place.service
    if not _NAME.fullmatch(service):
        return ""
    project = f" --project={place.project}" if _PROJECT.fullmatch(place.project) else ""
    if revision.startswith(f"{service}-") and _NAME.fullmatch(revision):
        where = f" --region={place.location}" if _REGION.fullmatch(place.location) else ""
        return f"gcloud run services update-traffic {service} --to-revisions={revision}=100{where}{project}"
    if not (_REPLICA_SET.fullmatch(revision) and _REPLICA_SET.fullmatch(place.revision)):
        return ""
    namespace = f" --namespace={place.namespace}" if _NAMESPACE.fullmatch(place.namespace) else ""
    return f"{_chosen(place, project)}kubectl rollout undo deployment/{service}{namespace}"


def _chosen(place: Place, project: str) -> str:
    """The line that makes kubectl speak to the cluster; "" where the logs don't tell it whole."""
    if not (project and _NAME.fullmatch(place.cluster) and _LOCATION.fullmatch(place.location)):
        return ""
    return f"gcloud container clusters get-credentials {place.cluster} --location={place.location}{project}\n"


def rollback_note(command: str) -> str:
    """What the command leaves open: which namespace, or that it goes back by one revision, whichever that is."""
    if "kubectl" not in command:
        return ""
    return "by one revision" if "--namespace=" in command else "by one revision; add the namespace, which isn't logged"
