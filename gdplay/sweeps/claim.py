"""What may be claimed of a contest, in words, and what not."""

from __future__ import annotations

from collections.abc import Sequence

from gdplay.sweeps.pairs import LEVEL, Pair, judged, pairs
from gdplay.sweeps.protocol import Contest, Entry, Protocol


def claim_of(contest: Contest, protocol: Protocol) -> str:
    """Return in a sentence or two what may be claimed; of each contender, or why not."""
    if protocol.stop():
        return "interrupted: nothing may be claimed"
    steps = contest.entries[0].contender.config.criteria.max_steps
    if not protocol.tune:
        starts = {entry.trace.start.x.tobytes() for entry in contest.entries}
        given = "from the same start" if len(starts) == 1 else "from starts of their own"
        ran = f"one run each {given}, of at most {steps} steps, with rates as they were given, not tuned"
        return f"{ran}: this shows how they move, not which is better"
    return _verdict(contest)


def _verdict(contest: Contest) -> str:
    """Return what the trials of a tuned contest show; those in doubt are named with the reason."""
    entries, doubts = (
        judged(contest),
        [
            f"nothing is claimed of {entry.contender.label}: {entry.tuned.doubt}"
            for entry in contest.entries
            if entry.tuned is not None and entry.tuned.doubt
        ],
    )
    if len(contest.entries) < 2:
        return "one setting: nothing to compare it with"
    if contest.trials < 2:
        remedy = "give the function a domain, such as function.domain=[-2, 2]"
        return f"too few trials, as there are no other starts: nothing may be claimed; {remedy}"
    if len(entries) < 2:
        return "; ".join([*doubts, "so nothing may be claimed"])
    if not _arrived(entries):
        none = "no other" if doubts else "none"
        said = f"{none} reached the target in half of its trials: nothing may be claimed"
        return "; ".join([*doubts, said])
    return "; ".join([_shown(entries, pairs(contest)), *doubts])


def _arrived(entries: Sequence[Entry]) -> bool:
    """Tell whether any reached the target in half of its trials or more."""
    return any(2 * entry.trials.reached >= len(entry.trials.steps) for entry in entries)


def _shown(entries: Sequence[Entry], every: Sequence[Pair]) -> str:
    """Say how the first of several stands to each of the others."""
    first = entries[0].contender.label
    own = [pair for pair in every if pair.first == first]
    sooner = [pair for pair in own if pair.differs and pair.wins > pair.losses]
    later = [pair for pair in own if pair.differs and pair.wins < pair.losses]
    alike = [f"{p.second} ({p.wins} sooner, {p.losses} later)" for p in own if not p.differs]
    said: list[str] = []
    if sooner:
        than = _listed([f"{p.second} ({p.of(p.wins)})" for p in sooner])
        said.append(f"{first} reached the target in fewer steps than {than}")
    if later:
        than = _listed([f"{p.second} ({p.of(p.losses)})" for p in later])
        said.append(f"{first}, though it is ranked first, took more steps than {than}")
    if alike:
        said.append(f"{first} can't be told apart from {_listed(alike)}")
    missed = len(entries[0].trials.steps) - entries[0].trials.reached
    if missed and not later:
        said.append(f"in {missed} trial{'s' * (missed != 1)} {first} never reached it")
    return "; ".join(said)


def _listed(words: Sequence[str]) -> str:
    return ", ".join([*words[:-2], " and ".join(words[-2:])])


def limits_of(contest: Contest, protocol: Protocol) -> str:
    """Return what the claim rests on and where it ends; empty without tuning."""
    first = contest.entries[0]
    if first.tuned is None or protocol.stop():
        return ""
    tuned, trials = first.tuned, contest.trials
    steps, tried = first.contender.config.criteria.max_steps, f"{tuned.rates} rates tried for each"
    if trials < 2:
        told = [f"at most {steps} steps each, {contest.where}, the one that the rates were tuned on, {tried}"]
    else:
        ran = f"medians (quartiles) of {trials} fresh trials of at most {steps} steps each"
        told = [
            f"{ran}, {contest.where}, the same for all",
            f"before that {tried}, on {tuned.trials} other trials",
        ]
    if contest.noisy:
        told.append("the first step at which f is there counts, though noise may carry it away again")
    tested = pairs(contest) if trials > 1 and _arrived(judged(contest)) else []
    if tested:
        several = f", Holm's correction for {len(tested)} pairs" if len(tested) > 1 else ""
        told.append(
            f"a trial that did not get there is slower than one that did; sign test, p < {LEVEL}{several}"
        )
    if len(tested) > 1:
        told.append("the order of the others is not claimed (summary.json has every pair)")
    if len({_step_cost(entry) for entry in contest.entries}) > 1:
        told.append("steps are counted, and a step is not the same work for all")
    told.append("nothing is said about other functions, targets, budgets or settings")
    return "; ".join(told)


def _step_cost(entry: Entry) -> tuple[float, ...]:
    return tuple(count / (entry.trace.steps + 1) for count in entry.trace.evaluations.values())
