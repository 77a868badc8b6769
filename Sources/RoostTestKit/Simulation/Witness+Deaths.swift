import RoostCore
import RoostWire
import RoostWorker

// What must hold after deaths of the worker: nothing that was said is forgotten, and no signal is given up too early.

extension Witness {
  /// What was said before must be in what recovery gives.
  func recovered(_ machine: Machine) {
    standings = [:]
    for (actor, generation) in generations {
      let pool = machine.reading(actor.pool) { pool in
        (pool.actorView(actor.actor)?.record.generation, pool.record.generationFloor)
      }
      if max(pool?.0 ?? 0, pool?.1 ?? 0) < generation {
        simulation.fail("\(actor.actor) g\(generation) was started, recovery knows g\(pool?.0 ?? 0)")
      }
    }
    for pool in machine.poolIDs {
      for view in simulation.views(pool, machine) {
        for waiter in view.record.waiters where isAnswered(waiter) {
          simulation.fail("\(view.id): \(waiter.replyTo) has its answer and waits again after recovery")
        }
      }
    }
  }

  func storedLetter(_ letter: DeadLetter) {
    for reason in letter.reason.split(separator: ",") { simulation.coverage.add("dead letter \(reason)") }
    guard letter.reason == "poison" else { return }
    let deaths = simulation.worker.deathsInHand[letter.sequence] ?? 0
    if deaths < WorkerLimits.poisonDeaths {
      simulation.fail("signal \(letter.sequence) is given up as poison, \(deaths) deaths in a row had it in hand")
    }
    if letter.sequence == simulation.poison { simulation.poison = nil }
  }
}
