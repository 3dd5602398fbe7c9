"""What a run of one policy came to."""

import numpy as np

from simulation.history.engine import Copies, Tally
from simulation.history.trace import Trace
from simulation.history.world import HOURS

Figures = dict[str, float]


def measure(trace: Trace, tally: Tally, copies: Copies) -> Figures:
    """Turn what was counted after the warm-up into figures; bytes are of all servers."""
    days = trace.setting.days - trace.setting.warm_up_days
    gone = _gone(trace, copies)
    waits = np.array(tally.cover_hours) if tally.cover_hours else np.zeros(1)
    by_day = np.array(tally.unserved_by_hour).reshape(-1, HOURS).mean(1)
    first = trace.servers.born_slot == 0
    share = tally.unserved / tally.asked
    worst = np.sort(share)[-max(1, len(share) // 10) :]
    return {
        "unserved": float(tally.unserved.sum() / tally.asked.sum()),
        "unserved_worst_day": float(by_day.max()),
        "unserved_worst_decile": float(worst.mean()),
        "stored_bytes": float(np.mean(tally.stored_bytes)),
        "copies_per_feed": float(np.mean(tally.copies)),
        "repair_bytes_per_day": tally.moved_bytes[-1] / days,
        "lost_feeds": int((gone & tally.had_two).sum()),
        "lost_never_shared": int((gone & ~tally.had_two).sum()),
        "taken": copies.taken,
        "released": copies.released,
        "cover_hours_p50": float(np.percentile(waits, 50)),
        "cover_hours_p95": float(np.percentile(waits, 95)),
        "load_max_to_mean": float(
            tally.load_bytes.max() / max(1, tally.load_bytes[first].mean())
        ),
    }


def timeline(tally: Tally) -> dict[str, list[float]]:
    """Return what plots need, day by day."""
    moved = np.array(tally.moved_bytes).reshape(-1, HOURS)
    return {
        "repair_bytes": np.diff(moved[:, -1], prepend=0).tolist(),
        "stored_bytes": np.array(tally.stored_bytes).reshape(-1, HOURS).mean(1).tolist(),
        "unserved": np.array(tally.unserved_by_hour).reshape(-1, HOURS).mean(1).tolist(),
        "load_bytes": np.sort(tally.load_bytes / len(tally.moved_bytes))[::-1].tolist(),
        "cover_hours": sorted(tally.cover_hours),
    }


def average(runs: list[Figures]) -> Figures:
    """Mean of several seeds, with the range of the main figures."""
    mean: Figures = {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}
    for name in ("lost_feeds", "lost_never_shared", "taken", "released"):
        mean[name] = int(sum(run[name] for run in runs))
    for name in ("unserved", "stored_bytes", "repair_bytes_per_day"):
        mean[f"{name}_min"] = min(run[name] for run in runs)
        mean[f"{name}_max"] = max(run[name] for run in runs)
    return mean


def _gone(trace: Trace, copies: Copies) -> np.ndarray:
    """Feeds of which nobody who is still there has a copy."""
    people = trace.people
    stayed = (people.left_slot >= len(trace.people_up))[people.holder_of_copy]
    has_people = np.add.reduceat(stayed.astype(int), people.first_copy) > 0
    has_servers = (copies.have & trace.alive_servers(trace.hours - 1)).any(1)
    gone: np.ndarray = ~has_people & ~has_servers
    return gone
