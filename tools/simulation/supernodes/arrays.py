"""The whole network in arrays: what members do, for a million nodes at once.

The formulas are those of the core; the state machine is that of `objects`, in four phases a
round: who serves, exchanges, attaching, counting.  A test compares both.
"""

import numpy as np
from swarmfeed.core.supernode.limits import (
    FLOOR,
    KNOWN_MAX,
    PARENTS,
    PROBE_EVERY,
    ROUND_S,
    SHED_SHARE,
    SPARE_LOAD,
    SPARE_PROBED,
    SWAP_AFTER_S,
    SWAP_GAIN,
    TENURE_ROUNDS,
    TOLD_OF_END,
    TRIES,
)
from swarmfeed.core.supernode.membership import Teller

from simulation.supernodes.formulas import (
    draw_chance,
    draw_number,
    floor_chance,
    is_floor_moment,
    sheds,
    spare_chance,
    utility,
)
from simulation.supernodes.gossip import Gossip
from simulation.supernodes.samples import mixed
from simulation.supernodes.seats import LOAD_STEPS, NOBODY
from simulation.supernodes.world import HOSTILE_VOUCHED, VOUCHED, World


class Arrays(Gossip):
    """Our members, all at once."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenure = np.zeros(self.count, np.int32)
        self.yielded = np.zeros(self.count, np.int64)

    def play(self) -> None:
        """Decide who serves, exchange records, look for parents."""
        self.rounds += 1
        self._rise_hostile()
        self._count_starving()
        self.elect()
        self.say_load()
        self.lies.say_load()
        self.serve()
        self.exchange_all()
        self._attach_all()
        if self.world.setting.canaries:
            self._leave_those_noticed()

    def surrounded(self) -> float:
        """The share of leaves whose parents all mean no good."""
        return self.lies.surrounded()

    def _rise_hostile(self) -> None:
        """Hostile volunteers serve from their first round on."""
        at = np.flatnonzero(self.world.hostile & self.world.alive & ~self.serving)
        if len(at):
            self.promote(at)

    def _leave_those_noticed(self) -> None:
        rows, columns = self.lies.notice()
        ids = self.parents[rows, columns]
        self.lies.ban(rows, ids)
        self.tally.send(len(rows))
        self.tables.forget(rows, ids)
        self.parents[rows, columns] = NOBODY
        self.close_ranks()

    def begin(self, slots: np.ndarray) -> None:
        """Newcomers serve nobody yet."""
        super().begin(slots)
        self.tenure[slots] = 0
        self.yielded[slots] = 0

    def _count_starving(self) -> None:
        leaf = self.world.alive & ~self.serving
        starving = leaf & (self.parents[:, PARENTS - 1] == NOBODY)
        self.starved = np.where(starving, self.starved + 1, np.where(leaf, 0, -1))

    # --- who serves -----------------------------------------------------------------------

    def elect(self) -> None:
        """Leaves that draw become supernodes."""
        leaf = self.world.alive & ~self.serving
        missing = self.missing(np.arange(self.count))
        may = leaf & self.world.eligible & (self.rounds > 1)
        turn = (draw_number(self.starved, self.moment) >= 0) & (missing > 0)
        turn |= is_floor_moment(self.now, self.moment) & (missing == 0)
        at = np.flatnonzero(may & turn)
        samples, mean, share, nodes = self.sightings.others(at)
        number = np.maximum(draw_number(self.starved[at], self.moment[at]), 0)
        capacity, up = self.world.capacity_of(at), self.uptime_s(at)
        chance = draw_chance(missing[at], capacity, up, mean, number)
        known = self.tables.known(at, self.now)
        chance = np.maximum(chance, floor_chance(known, samples, nodes, share))
        self.promote(at[self.luck.random(len(at)) < chance])

    def promote(self, at: np.ndarray) -> None:
        """Leaves become supernodes."""
        super().promote(at)
        self.tenure[at] = 0
        self.starved[at] = -1

    def serve(self) -> None:
        """Supernodes look whether they are needed, too full, or weaker than a child."""
        at = np.flatnonzero(self.serving & self.world.alive & ~self.world.hostile)
        self.tenure[at] += 1
        if not len(at):
            return
        known_load = self.tables.mean_load(at, self.now)
        load = self.children[at] / self.world.capacity_of(at)
        self._shed(at[sheds(load, known_load)])
        if self.now * ROUND_S >= SWAP_AFTER_S:
            self._hand_over(at)
        spare = (load < SPARE_LOAD) & (known_load < SPARE_LOAD)
        spare &= (self.tenure[at] >= TENURE_ROUNDS) & (self.tables.known(at, self.now) > FLOOR)
        spare &= self.rounds[at] % PROBE_EVERY == 0
        self._probe(at[spare])

    def _probe(self, at: np.ndarray) -> None:
        """Ask three for their load, and step down or not."""
        asked = self.tables.choose_some(at, SPARE_PROBED, self.now)
        here = self.there(asked)
        slots = asked % self.count
        here_serving = here & self.serving[slots]
        self.tally.send(int((asked != NOBODY).sum() + here.sum()))
        loads = np.where(here_serving, self.load_said[slots] / LOAD_STEPS, 0)
        answers = here_serving.sum(1)
        mean = np.where(answers > 0, loads.sum(1) / np.maximum(answers, 1), 1.0)
        worth = utility(self.world.capacity_of(slots), self.uptime_s(slots))
        middle = np.full(len(at), np.inf)
        some = answers > 0
        middle[some] = np.nanmedian(np.where(here_serving, worth, np.nan)[some], axis=1)
        weak = utility(self.world.capacity_of(at), self.uptime_s(at)) <= middle
        fits = some & (mean < SPARE_LOAD)
        going = fits & (self.luck.random(len(at)) < spare_chance(weak, mean))
        self.step_down(at[going])

    def step_down(self, at: np.ndarray, successors: np.ndarray | None = None) -> None:
        """Supernodes become leaves again; each child hears of others."""
        if not len(at):
            return
        self.serving[at] = False
        self.load_said[at] = 0
        self.starved[at] = 0
        self.tally.changed += len(at)
        place = np.full(self.count, NOBODY)
        place[at] = np.arange(len(at))
        told = self.tables.told(at, self.parents[at], KNOWN_MAX, self.now)
        for column in range(PARENTS):
            ids = self.parents[:, column]
            rows = np.flatnonzero((ids != NOBODY) & (place[ids % self.count] != NOBODY))
            which = place[self.parents[rows, column] % self.count]
            self.tally.send(len(rows))
            self.tables.forget(rows, self.parents[rows, column])
            self.tables.hear(rows, self.ids[rows], told[which], Teller.PARENT, self.now)
            if successors is not None:
                hint = self.own_hint(successors[which])
                self.tables.hear(rows, self.ids[rows], hint, Teller.PARENT, self.now)
            self.parents[rows, column] = NOBODY
        self.close_ranks()
        # Others that look whether they are needed should not count on them any more.
        for others in self.tables.choose_some(at, TOLD_OF_END, self.now).T:
            self.exchange(at, others)

    def _shed(self, at: np.ndarray) -> None:
        """Some children of full supernodes look for another parent, and move to it."""
        full = np.zeros(self.count, bool)
        full[at] = True
        for column in range(PARENTS):
            ids = self.parents[:, column]
            asked = (ids != NOBODY) & full[ids % self.count]
            rows = np.flatnonzero(asked & (self.luck.random(self.count) < SHED_SHARE))
            if not len(rows):
                continue
            self.tally.send(len(rows))
            which = self.parents[rows, column] % self.count
            told = self.tables.told(which, self.parents[which], KNOWN_MAX, self.now)
            self.tables.hear(rows, self.ids[rows], told, Teller.PARENT, self.now)
            near = self.near(rows)
            near[:, column] = NOBODY
            chosen = self.tables.choose(rows, self.parents[rows], near, self.now)
            rows, chosen = rows[chosen != NOBODY], chosen[chosen != NOBODY]
            taken = self._ask_to_adopt(rows, chosen)
            self.tally.send(int(taken.sum()))
            self.parents[rows[taken], column] = chosen[taken]
            self.close_ranks()

    def _hand_over(self, at: np.ndarray) -> None:
        """The best child of a supernode takes its place, if it is so much better."""
        at = at[self.now * ROUND_S - self.yielded[at] >= SWAP_AFTER_S]
        worth = utility(self.world.capacity, self.uptime_s(np.arange(self.count)))
        fit = self.world.eligible & (self.uptime_s(np.arange(self.count)) >= SWAP_AFTER_S)
        best = np.full(self.count, NOBODY)
        top = np.zeros(self.count)
        for column in range(PARENTS):
            rows = np.flatnonzero(fit & (self.parents[:, column] != NOBODY))
            rows = rows[np.argsort(worth[rows])]
            slots = self.parents[rows, column] % self.count
            better = worth[rows] > top[slots]
            best[slots[better]], top[slots[better]] = rows[better], worth[rows[better]]
        stronger = self.world.size_class[best[at]] > self.world.size_class[at]
        won = (best[at] != NOBODY) & stronger & (top[at] > SWAP_GAIN * worth[at])
        old, new = at[won], best[at[won]]
        new, first = np.unique(new, return_index=True)
        old = old[first]
        self.yielded[old] = self.now * ROUND_S
        self.tally.send(2 * len(old))
        self.promote(new)
        self.step_down(old, new)

    # --- attaching ------------------------------------------------------------------------

    def _attach_all(self) -> None:
        rows = np.flatnonzero(self.lacks(np.arange(self.count)))
        tries = np.full(self.count, 0)
        tries[rows] = TRIES * self.missing(rows)
        asked_parent = np.zeros(self.count, bool)
        while len(rows):
            chosen = self._choose(rows)
            found = chosen != NOBODY
            dry = rows[~found]
            asking, chosen = rows[found], chosen[found]
            gone = asking[~self.there(chosen)]
            taken = self._ask_to_adopt(asking, chosen)
            won = asking[taken]
            self.add_parents(won, chosen[taken])
            tries[asking] -= 1
            # Who knows nobody, or was told of somebody who is not there, asks a parent.
            none = np.concatenate([dry, gone])
            none = none[~asked_parent[none] & (self.parents[none, 0] != NOBODY)]
            asked_parent[none] = True
            self.exchange(none, self.parents[none, 0])
            none = np.setdiff1d(none, asking)
            again = np.concatenate([asking, none])
            rows = again[self.lacks(again) & (tries[again] > 0)]

    def _choose(self, rows: np.ndarray) -> np.ndarray:
        """Whom each asks next, or NOBODY."""
        setting, may = self.world.setting, None
        if setting.canaries or setting.vouched:
            ids = self.tables.ids[rows]
            may = ~(ids[:, :, None] == self.lies.banned(rows)[:, None, :]).any(2)
        if setting.vouched:
            # The second parent is one that is vouched for, unless the first is.
            first = self.parents[rows, :1]
            may &= (first == NOBODY) | self._vouched(rows, first) | self._vouched(rows, ids)
        return self.tables.choose(rows, self.parents[rows], self.near(rows), self.now, may)

    def _vouched(self, rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """Whether friends of each know these."""
        own = mixed(rows.astype(np.uint32))[:, None]
        drawn = mixed(ids.astype(np.uint32) ^ own) / 2**32
        hostile = self.world.hostile[ids % self.count]
        return drawn < np.where(hostile, HOSTILE_VOUCHED, VOUCHED)

    def _ask_to_adopt(self, rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """Ask supernodes to be parents; returns which did.  Of those that come together the
        places left go to random ones."""
        here, slots = self.there(ids), ids % self.count
        self.tally.send(int(len(rows) + here.sum()))
        self.lose(rows[~here], ids[~here])
        taken = np.zeros(len(rows), bool)
        taken[here] = self.take_places(slots[here])
        self.contact(rows[taken], slots[taken])
        refused = np.flatnonzero(here & ~taken)
        self.tables.rest(rows[refused], ids[refused], self.now)
        by = slots[refused]
        told = self.tables.told(by, self.parents[by], KNOWN_MAX, self.now)
        own = self.ids[rows[refused]]
        self.tables.hear(rows[refused], own, told, Teller.ASKED, self.now)
        return taken
