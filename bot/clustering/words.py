"""Words that say what happened rather than to whom: they are never values, and alone they are no evidence."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall("[a-z]+", text))


FAILING = _words(
    """
    an and are as at be been by can cannot could did does for from get got had has have in is it its no none not of on
    or out the to too was were while will with you your
    abort aborted bad call cancelled canceled closed connect connection context could deadline denied disconnected down
    during error errors exceeded exception expired fail failed failing failure failures fatal fault found gave got
    handling happened internal interrupted invalid lost occurred operation peer permission please problem processing
    read received refused rejected request requests reset response retry returned server service something status
    stopped temporarily terminated time timed timeout try again unable unavailable unexpected unhandled unknown
    unreachable unsupported up went write wrong
    """
)
_STATES = _words(
    """
    a about above absent abnormal accept access active after against all already also am any because before begin below
    between but clean commit complete corrupt correct crash create critical data dead delete different disk do done drop
    each empty end enough ending equal every exit false few first full good gone greater half halt he healthy here high
    hit idle if ignore inactive inconsistent incorrect insert into just kill last late left less limit live local lock
    low many memory miss missing more most much must need network never new next nil normal now null off ok old once one
    only open other over own panic partial pause present put quit ready recover reject reload remote remove request
    restart resume right rollback run safe same second send set she short shutdown slow some spurious stale start stop
    stuck success successful successfully such sync than that their then there they this through timeout total true
    twice two unhealthy undefined under unlock until update upgrade use valid verify via wait warm warn warning we what
    when where which who why within without would yes yet zero
    """
)
_INFLECTED = re.compile(r"[a-z]{2,}(?:ed|ing|able|ible|ly|ion|ions)")
_NAME = re.compile(r"[\w$][\w$.@/+-]*+")
_TYPE_OF_FAILURE = re.compile(r"(?:Error|Exception|Failure|Fault|Warning|Timeout|Refused|Denied)$")


def is_failure_type(name: str) -> bool:
    """True for names of exception types and the like."""
    return bool(_TYPE_OF_FAILURE.search(name))


def may_be_value(token: str) -> bool:
    """Whether a word may be a name that somebody chose: no verb form, state, constant in capitals or failure type.

    A number is none: those that are values are masked before.
    """
    if not _NAME.fullmatch(token) or token.isupper() or token.isdecimal() or is_failure_type(token):
        return False
    word = token.lower()
    return word not in FAILING and word not in _STATES and not _INFLECTED.fullmatch(word)
