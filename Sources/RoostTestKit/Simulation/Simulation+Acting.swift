import RoostCore
import RoostWire

// What a step does.

extension Simulation {
  func perform(_ action: Action) {
    switch action {
    case .create(let actor, let policy, let key, let inputBytes):
      coverage.add("do create")
      call(actor, .create(Create(key: key, crashPolicy: policy, input: [UInt8](repeating: 7, count: inputBytes))))
    case .wake(let actor, let override, let expiresInMs, let times):
      coverage.add("do wake")
      for _ in 0..<times {
        let expiry = expiresInMs.map { Instant(ms: brokerNs / 1_000_000 + $0) }
        call(actor, .wake(Wake(override: override, expiresAt: expiry)))
      }
    case .sleep(let actor): call(actor, .sleep)
    case .reschedule(let actor): call(actor, .reschedule)
    case .destroy(let actor): call(actor, .destroy)
    case .allocate(let actor, let runner, let ticket): allocate(actor, runner, ticket)
    case .configure(let pool, let overlay): call(pools[pool % pools.count], .configure(overlay))
    case .drain(let runner): call(pool(of: runner), .drain(runnerID(runner)))
    case .garbage(let kind): callGarbage(kind)
    case .runner(let number, let trouble): perform(trouble, number)
    case .worker(let trouble): perform(trouble)
    case .disk(let trouble): perform(trouble)
    case .broker(let trouble): perform(trouble)
    }
  }

  // MARK: - Runners

  private func perform(_ trouble: Action.RunnerTrouble, _ number: Int) {
    if case .join(let slots, let version) = trouble {
      coverage.add("do join")
      launch(pool(of: number), runnerID(number), slots: slots, version: version)
      return
    }
    guard let runner = process(number) else { return }
    func until(_ ms: Int64) -> Int64 { nowNs + ms * 1_000_000 }
    switch trouble {
    case .join: break
    case .crash: runner.die()
    case .freeze(let ms): runner.frozenUntilNs = until(ms)
    case .silence(let ms): runner.silentUntilNs = until(ms)
    case .cutLink(let ms):
      runner.isLinkUp = false
      after(ms: ms) { runner.isLinkUp = true }
    case .dropCommands(let count): runner.dropsCommands += count
    case .ignoreStops(let ms): runner.ignoresStopsUntilNs = until(ms)
    case .neverReport(let ms): runner.neverReportsUntilNs = until(ms)
    case .changeOffer(let slots, let version):
      (runner.slots, runner.version) = (slots, version)
      runner.announceNow()
    case .newSession:
      runner.copies = [:]
      runner.beginSession(atNs: nowNs)
    case .leave(let namesIndex): runner.leave(namesIndex: namesIndex)
    case .lie(let lie): runner.lie(lie)
    }
    coverage.add("do runner \(trouble.name)")
  }

  // MARK: - The worker and its disk

  private func perform(_ trouble: Action.WorkerTrouble) {
    guard worker.isServing else { return }
    switch trouble {
    case .kill(let losesPower): worker.die("killed", restartMs: 1 + Int64(random.below(3_000)), losesPower: losesPower)
    case .killAtOperation(let count, let losesPower):
      worker.disk.crashAtOperation = worker.disk.operations + count
      self.losesPower = losesPower
    case .stall(let ms): worker.stalledUntilNs = nowNs + ms * 1_000_000
    case .stallInTurn(let ms): clock.stallNs = ms * 1_000_000
    case .stopInOrder: worker.stopInOrder()
    case .poison: if poison == nil { plansPoison = true }
    }
    coverage.add("do worker \(trouble.name)")
  }

  private func perform(_ trouble: Action.DiskTrouble) {
    guard worker.isServing else { return }
    let disk = worker.disk
    switch trouble {
    case .full(let ms):
      disk.isFull = true
      coverage.add("do disk full")
      after(ms: ms) { disk.isFull = false }
    case .tornWrite(let bytes):
      disk.nextWriteTakes = bytes
      coverage.add("do disk torn write")
    case .failedFlush:
      disk.flushErrno = 5
      losesPower = random.chance(50)
      coverage.add("do disk failed flush")
    }
  }

  // MARK: - The broker

  private func perform(_ trouble: Action.BrokerTrouble) {
    coverage.add("do broker \(trouble.name)")
    switch trouble {
    case .breakLink(let ms): breakLink(ms: ms)
    case .full(let ms):
      stream.isFull = true
      after(ms: ms) { [unowned self] in
        stream.isFull = false
        worker.streamHasRoom()
      }
    case .jump(let ms, let forMs):
      clockJumped = true
      shift(byMs: ms)
      after(ms: forMs) { [unowned self] in shift(byMs: -ms) }
    case .rollback(let messages, let downMs):
      breakLink(ms: downMs)
      let lost = stream.lose(messages)
      if lost > 0 {
        note("the broker loses \(lost), the stream ends with \(stream.last)")
        hasLostSignals = true
        lossEnd = min(lossEnd ?? .max, stream.last)
        latestLossEnd = stream.last
        witness.vanished(after: stream.last)
        // It may be lost, or be read as if it were: from here on it is like any other.
        poison = nil
      }
    case .loseSignals(let percent, let ms):
      lossPercent = percent
      after(ms: ms) { [unowned self] in lossPercent = 0 }
    case .block(let ms):
      let link = worker.link
      link.isBlocked = true
      after(ms: ms) { link.isBlocked = false }
    case .standStill(let ms): stillUntilNs = nowNs + ms * 1_000_000
    case .readerGap: worker.gapInReading()
    case .refuseLetters(let ms):
      refusesLetters = true
      after(ms: ms) { [unowned self] in refusesLetters = false }
    case .dropPings(let ms):
      dropsPings = true
      after(ms: ms) { [unowned self] in dropsPings = false }
    case .trim(let grace):
      guard let settled = worker.settled, settled > UInt64(grace) else { return }
      stream.trim(through: min(settled - UInt64(grace), stream.last))
    }
  }

  private func shift(byMs ms: Int64) {
    latestBrokerNs = max(latestBrokerNs, brokerNs)
    brokerShiftNs += ms * 1_000_000
  }

  private func breakLink(ms: Int64) {
    guard worker.link.isUp else { return }
    worker.linkBroke()
    after(ms: ms) { [unowned self] in if !worker.link.isUp { worker.linkCameUp() } }
  }
}

extension Action.RunnerTrouble {
  fileprivate var name: String { "\(self)".prefix { $0 != "(" }.description }
}

extension Action.WorkerTrouble {
  fileprivate var name: String { "\(self)".prefix { $0 != "(" }.description }
}

extension Action.BrokerTrouble {
  fileprivate var name: String { "\(self)".prefix { $0 != "(" }.description }
}
