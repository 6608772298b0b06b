// SPDX-License-Identifier: Apache-2.0
// A live session: kernel half, engine and context put together, proved by the canary. What run, watch and record share.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine.h"
#include "runtime/kernel/kernel.h"
#include "tools/reciped/output.h"

namespace recipe::reciped {

class Live {
 public:
  // Loads, attaches and sees its own canary, or says why not and what to do. scope: only watched processes are looked at.
  [[nodiscard]] static Result<std::unique_ptr<Live>> start(Artefact artefact, bool scope);

  // Who is given each record that is not the canary's, and who the detections; either may be nobody.
  void tap(std::function<void(std::span<const std::byte>)> tap) { tap_ = std::move(tap); }
  // Who is given each event that is not the canary's, with the first recipe that detected it, or "". An event that waits for a
  // process to settle is given before it is judged for good.
  void observe(std::function<void(const Event&, std::string_view recipe)> observe) { observe_ = std::move(observe); }
  void output(Output* output) {
    output_ = output;
    output->adopt(*engine_);
  }

  // Asks the scheduler to run this process ahead of what it watches: the sooner a record is judged, the more of the processes
  // around it are still there to be asked. Not inherited by what was forked before.
  static void hurry();

  // Judges what is there, and what has waited long enough; waits up to `timeout` for the first.
  [[nodiscard]] Status pump(std::chrono::milliseconds timeout);
  // Stops the probes and judges what they have sent until then. The output stays open.
  [[nodiscard]] Status finish();

  [[nodiscard]] Kernel& kernel() { return *kernel_; }
  [[nodiscard]] Engine& engine() { return *engine_; }
  // As it stands now; what began it and when is for the caller to add.
  [[nodiscard]] Coverage coverage() const;
  // "24 recipes, probes fork, exit, exec"
  [[nodiscard]] std::string watched() const;

 private:
  Live() = default;
  [[nodiscard]] Status prove(const std::string& token, bool scope);
  void judge(std::span<const std::byte> record);
  void give(std::span<const std::byte> record, uint32_t round);
  void judge_waiting(bool last);
  void close_windows(bool last);
  void take_counters();

  std::unique_ptr<Kernel> kernel_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Context> context_;
  std::function<void(std::span<const std::byte>)> tap_;
  std::function<void(const Event&, std::string_view)> observe_;
  Event tapped_;
  Waiting waiting_;  // for who taps
  Output* output_ = nullptr;
  std::vector<Detection> detections_;
  std::vector<uint64_t> copy_;
  std::vector<std::string> probes_;  // what the attached probes see; after they are detached, what they saw
  bool scope_ = false;
};

}  // namespace recipe::reciped
