/// Every number a worker shows, with its name, its label where it has one, and what it means.
package enum Metric: Int, CaseIterable, Sendable {
  // What came in.
  case signalsApplied, signalsIgnored, signalsRejected, signalsDeadLettered, signalsTraceOnly, signalsSkipped
  case signalsPoisoned
  case runnerEventsDropped, pings, pingsUnreadable, apiRequests
  // What went out.
  case commandsStart, commandsStop, commandsResent
  case actorEvents, answers, deadLetters, ticks
  case spansExported, spansDropped, spansFailed
  // The machine.
  case rescuedBySweep
  // The loop.
  case batches, batchInputs
  // The journal.
  case journalRecords, journalBytes, journalFlushes, journalSegmentsRemoved, snapshots, snapshotFailures, snapshotBytes
  case actorsQuarantined, partitionsQuarantined
  // The broker.
  case linkBreaks, readerRemakes, streamLosses, streamPosition, streamTrims
  case ready

  package enum Kind: String, Sendable {
    case counter, gauge
  }

  /// How a metric is shown. Metrics of one name differ in their label and share kind and help.
  package struct Description: Sendable {
    package var name: String
    package var label: (name: String, value: String)?
    package var kind: Kind
    package var help: String
  }

  package var description: Description {
    switch self {
    case .signalsApplied: .signals("applied")
    case .signalsIgnored: .signals("ignored")
    case .signalsRejected: .signals("rejected")
    case .signalsDeadLettered: .signals("dead_lettered")
    case .signalsTraceOnly: .signals("trace_only")
    case .signalsSkipped:
      .counter("roost_signals_skipped_total", "Signals of pools that this worker does not serve.")
    case .signalsPoisoned:
      .counter("roost_signals_poisoned_total", "Signals given up because workers died while they applied them alone.")
    case .runnerEventsDropped:
      .counter(
        "roost_runner_events_dropped_total", "Runner events of another runner, session or generation, or repeated.")
    case .pings: .counter("roost_pings_total", "Pings of runners.")
    case .pingsUnreadable:
      .counter("roost_pings_unreadable_total", "Pings whose subject or bytes cannot be read; not answered.")
    case .apiRequests: .counter("roost_api_requests_total", "Requests to the API.")
    case .commandsStart: .commands("start")
    case .commandsStop: .commands("stop")
    case .commandsResent:
      .counter("roost_commands_resent_total", "Commands sent again because no acknowledgement came.")
    case .actorEvents: .counter("roost_actor_events_total", "Events about actors published.")
    case .answers: .counter("roost_answers_total", "Answers to signals published.")
    case .deadLetters: .counter("roost_dead_letters_total", "Dead letters that the broker has taken.")
    case .ticks: .counter("roost_ticks_total", "Ticks published to prove the time.")
    case .spansExported: .spans("exported")
    case .spansDropped: .spans("dropped")
    case .spansFailed: .spans("failed")
    case .rescuedBySweep:
      .counter("roost_rescued_by_sweep_total", "Actors that only the periodic sweep placed; must stay 0.")
    case .batches: .counter("roost_batches_total", "Batches of the loop.")
    case .batchInputs: .counter("roost_batch_inputs_total", "Inputs handled in them.")
    case .journalRecords: .counter("roost_journal_records_total", "Records appended to the journal.")
    case .journalBytes: .counter("roost_journal_bytes_total", "Bytes appended to the journal.")
    case .journalFlushes: .counter("roost_journal_flushes_total", "Flushes of the journal to the disk.")
    case .journalSegmentsRemoved:
      .counter("roost_journal_segments_removed_total", "Segments removed because snapshots hold what they said.")
    case .snapshots: .counter("roost_journal_snapshots_total", "Snapshots made.")
    case .snapshotFailures: .counter("roost_journal_snapshot_failures_total", "Snapshots that could not be made.")
    case .snapshotBytes: .gauge("roost_journal_snapshot_bytes", "Size of the newest snapshot.")
    case .actorsQuarantined:
      .gauge("roost_actors_quarantined", "Actors that are not served because an entry of theirs cannot be read.")
    case .partitionsQuarantined:
      .gauge("roost_partitions_quarantined", "Partitions that are not served because their journal is damaged.")
    case .linkBreaks: .counter("roost_link_breaks_total", "Times the link to the broker broke.")
    case .readerRemakes:
      .counter("roost_reader_remakes_total", "Times the consumer of the signal stream was made again.")
    case .streamLosses:
      .counter("roost_stream_losses_total", "Times the broker was found to have lost acknowledged signals.")
    case .streamPosition: .gauge("roost_stream_position", "Sequence of the newest signal that was read.")
    case .streamTrims: .counter("roost_stream_trims_total", "Times the signal stream was trimmed.")
    case .ready: .gauge("roost_ready", "1 when /readyz answers 200.")
    }
  }
}

extension Metric.Description {
  fileprivate static func counter(_ name: String, _ help: String) -> Self {
    Self(name: name, kind: .counter, help: help)
  }
  fileprivate static func gauge(_ name: String, _ help: String) -> Self { Self(name: name, kind: .gauge, help: help) }

  fileprivate static func signals(_ outcome: String) -> Self {
    Self(
      name: "roost_signals_total", label: ("outcome", outcome), kind: .counter,
      help: "Signals by what became of them.")
  }

  fileprivate static func spans(_ outcome: String) -> Self {
    Self(
      name: "roost_spans_total", label: ("outcome", outcome), kind: .counter,
      help: "Spans by whether a collector has them: dropped are those that the full queue did not take.")
  }

  fileprivate static func commands(_ kind: String) -> Self {
    Self(name: "roost_commands_total", label: ("kind", kind), kind: .counter, help: "Starts and stops decided.")
  }
}

extension Metric {
  /// Name and label, as one line of the exposition begins.
  package var series: String {
    let description = description
    return description.name + (description.label.map { "{\($0.name)=\"\($0.value)\"}" } ?? "")
  }

  /// All metrics in the text format that Prometheus and others read (version 0.0.4).
  package static func exposition(_ value: (Metric) -> Int64) -> String {
    var text = ""
    var lastName = ""
    for metric in allCases {
      let description = metric.description
      if description.name != lastName {
        text += "# HELP \(description.name) \(description.help)\n"
        text += "# TYPE \(description.name) \(description.kind.rawValue)\n"
        lastName = description.name
      }
      text += "\(metric.series) \(value(metric))\n"
    }
    return text
  }
}
