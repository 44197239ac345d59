#include "actors/journal/narrate.hpp"

#include "actors/planning/plan/image_space.hpp"
#include "actors/planning/plan/plan_locks.hpp"

#include <algorithm>
#include <utility>

namespace copal::journal_parts {

namespace {

/// A fetch is told each time it has come so much further.
constexpr int percent_step = 20;

using lines = std::vector<log_line>;

void say(lines& out, log_level level, std::string text) {
  out.push_back({level, std::move(text)});
}

void tell_target(story& told, const progress& now, lines& out) {
  if (std::exchange(told.problem, now.problem) != now.problem && !now.problem.empty())
    say(out, log_level::error, now.problem + "; the state before stands");
  std::set<std::string> warnings{now.warnings.begin(), now.warnings.end()};
  for (const auto& warning : warnings) {
    if (!told.warnings.contains(warning))
      say(out, log_level::warning, "target: " + warning);
  }
  told.warnings = std::move(warnings);
}

/// Which releases, and which services, this device cannot run.
/// Source: the texts are those of spec/host.md, "Free texts".
std::vector<std::string> contract_lines(const progress& now) {
  std::vector<std::string> out;
  std::string left_out;
  for (const auto& app : now.target.apps) {
    if (app.rejected && out.empty())
      out.emplace_back("Some releases were rejected due to having unmet requirements:");
    if (app.rejected)
      out.push_back("  " + app.name + ": " + app.rejected->why);
    for (const auto& service : app.left_out)
      left_out += (left_out.empty() ? "" : ". ") + service.value;
  }
  if (!left_out.empty())
    out.push_back("Not running containers because of contract violations: " + left_out);
  return out;
}

void tell_contracts(story& told, const progress& now, lines& out) {
  auto found = contract_lines(now);
  if (found == told.contracts)
    return;
  for (const auto& line : found)
    say(out, log_level::warning, line);
  told.contracts = std::move(found);
}

void tell_engine(story& told, const progress& now, lines& out) {
  const auto there = now.engine.complete;
  if (there && !told.engine_there) {
    say(out,
      log_level::info,
      "the engine is there; " + std::to_string(now.engine.containers.size())
        + " containers of ours");
  } else if (told.engine_there && !there) {
    say(out, log_level::warning, "the engine is away; the containers are left as they are");
  } else if (!told.engine_looked_for && !there) {
    say(out, log_level::info, "looking for the engine");
  }
  told.engine_looked_for = true;
  told.engine_there = there;
}

/// A reason is told once, however often it is tried again.
void tell_silence(
  std::string& told, const std::string& what, const std::optional<silence>& silent, lines& out) {
  auto why = silent ? silent->last.what : std::string{};
  if (!why.empty() && why != told)
    say(out, log_level::warning, what + ": " + why + "; it is tried again and again");
  told = std::move(why);
}

void tell_silences(story& told, const progress& now, lines& out) {
  tell_silence(told.store_silent, "the store has not been read", now.store_silent, out);
  tell_silence(told.engine_silent, "what the engine has is not known", now.engine.silent, out);
  // Once they are known they stay so while they are read anew.
  const auto* images = now.images.complete ? "the record of images cannot be read anew"
                                           : "which images there are is not known";
  tell_silence(told.images_silent, images, now.images.silent, out);
}

void tell_fetches(story& told, const progress& now, lines& out) {
  std::map<std::string, int> going;
  for (const auto& fetch : now.images.fetching) {
    const auto before = told.fetched.find(fetch.name);
    const auto known = before == told.fetched.end() ? 0 : before->second;
    const auto reached = fetch.percent / percent_step * percent_step;
    if (reached > known)
      say(out, log_level::info, "fetching " + fetch.name + ": " + std::to_string(reached) + " %");
    going[fetch.name] = std::max(known, reached);
  }
  told.fetched = std::move(going);
  std::map<std::string, int> failed;
  for (const auto& f : now.images.failures) {
    const auto before = told.fetch_failures.find(f.name);
    if (before == told.fetch_failures.end() || before->second < f.count)
      say(out,
        log_level::warning,
        "fetching " + f.name + " failed: " + f.last.what + "; next try in "
          + duration_text(f.pause));
    failed[f.name] = f.count;
  }
  told.fetch_failures = std::move(failed);
}

/// Whose lock it is, in the words that are known and in ours.
std::string locked_line(const progress& now, const wait_reason& wait) {
  for (const auto& facts : now.locks) {
    if (facts.app == wait.app && !facts.held.empty())
      return planning::locked_text(facts) + "; " + wait.text;
  }
  return wait.subject + " waits: " + wait.text;
}

void tell_space(story& told, const progress& now, lines& out) {
  std::set<std::string> unknown;
  for (const auto& size : now.images.sizes) {
    if (!size.problem)
      continue;
    unknown.insert(size.name);
    if (!told.unknown_sizes.contains(size.name))
      say(out,
        log_level::warning,
        "the size of " + size.name + " is not known, and it is fetched without a look at the free "
          + "space: " + size.problem->what);
  }
  told.unknown_sizes = std::move(unknown);
  std::set<std::string> held;
  for (const auto& shortage : now.images.shortages) {
    held.insert(shortage.name);
    if (!told.no_room.contains(shortage.name))
      say(out, log_level::warning, planning::shortage_text(shortage));
  }
  told.no_room = std::move(held);
}

void tell_locks(story& told, const progress& now, lines& out) {
  std::map<std::string, std::string> locks;
  for (const auto& wait : now.waits) {
    if (wait.why != wait_reason::kind::lock)
      continue;
    locks[wait.subject] = wait.text;
    const auto before = told.locks.find(wait.subject);
    if (before == told.locks.end() || before->second != wait.text)
      say(out, log_level::info, locked_line(now, wait));
  }
  for (const auto& [subject, text] : told.locks) {
    if (!locks.contains(subject))
      say(out, log_level::info, subject + " waits for no lock any more");
  }
  told.locks = std::move(locks);
}

/// "2 services run: db, web"
std::string what_runs(const progress& now) {
  std::size_t count = 0;
  std::string names;
  for (const auto& c : now.engine.containers) {
    if (c.what.state != container_state::running)
      continue;
    ++count;
    names += (names.empty() ? "" : ", ") + c.who.name.value;
  }
  if (count == 0)
    return "no service runs";
  return std::to_string(count) + (count == 1 ? " service runs: " : " services run: ") + names;
}

void tell_outcome(story& told, const progress& now, lines& out) {
  const auto settled = now.settled && now.engine.complete;
  // Between two states that are told, the device may have left for the next target and arrived.
  const auto arrived_again = std::exchange(told.arrivals, now.arrivals) != now.arrivals;
  if (settled && (!told.settled || arrived_again))
    say(out, log_level::info, "the target is reached; " + what_runs(now));
  told.settled = settled;
}

} // namespace

std::string duration_text(std::chrono::milliseconds x) {
  const auto ms = x.count();
  if (ms < 1000)
    return std::to_string(ms) + " ms";
  if (ms < 60'000) {
    const auto tenths = ms / 100 % 10;
    return std::to_string(ms / 1000) + (tenths != 0 ? '.' + std::to_string(tenths) : "") + " s";
  }
  return std::to_string((ms + 30'000) / 60'000) + " min";
}

std::vector<log_line> narrate(story& told, const progress& now) {
  lines out;
  tell_target(told, now, out);
  tell_contracts(told, now, out);
  tell_engine(told, now, out);
  tell_silences(told, now, out);
  tell_fetches(told, now, out);
  tell_space(told, now, out);
  tell_locks(told, now, out);
  tell_containers(told.containers, now, out);
  tell_outcome(told, now, out);
  return out;
}

std::vector<log_line> narrate(const step_note& note) {
  switch (note.what) {
    case step_note::kind::began:
      // Trying changes nothing, and is done often while a user holds a lock.
      return {{note.action == "takeLock" || note.action == "releaseLock" ? log_level::debug
                                                                         : log_level::info,
        note.text}};
    case step_note::kind::done:
      return {{log_level::debug, "done: " + note.text}};
    case step_note::kind::failed:
      return {{log_level::warning,
        "failed: " + note.text + ": " + note.why.what + "; next try in "
          + duration_text(note.pause)}};
  }
  return {};
}

namespace {

/// " (project shop, release 0123456)"
std::string details_of(const target_source_state& source) {
  constexpr std::size_t short_commit = 7;
  std::string out;
  if (!source.project.empty())
    out += "project " + source.project;
  if (!source.commit.empty())
    out += (out.empty() ? "release " : ", release ") + source.commit.value.substr(0, short_commit);
  return out.empty() ? out : " (" + out + ')';
}

} // namespace

std::vector<log_line> narrate(story& told, const target_source_state& now) {
  std::vector<log_line> out;
  const auto& before = told.source;
  for (const auto& warning : now.warnings) {
    if (std::find(before.warnings.begin(), before.warnings.end(), warning) == before.warnings.end())
      say(out, log_level::warning, warning);
  }
  if (now.problem != before.problem && !now.problem.empty())
    say(out, log_level::error, now.problem);
  if (now.problem.empty() && now.accepted
      && (now.path != before.path || now.commit != before.commit || !before.accepted
          || !before.problem.empty()))
    say(out, log_level::info, "the target is " + now.path + details_of(now));
  told.source = now;
  return out;
}

std::vector<log_line> narrate(const store::store_facts& found) {
  lines out;
  if (!found.set_aside_as.empty())
    say(out,
      log_level::warning,
      "the store " + found.path + " could not be used (" + found.why + "); it was set aside as "
        + found.set_aside_as + ", and an empty one begun");
  for (const auto& what : found.dropped)
    say(out, log_level::warning, "the store " + found.path + " lost " + what);
  if (!found.taken_over.empty())
    say(out, log_level::info, "took over " + found.taken_over);
  if (!found.not_taken_over.empty())
    say(out,
      log_level::warning,
      "nothing was taken over from the database of an older supervisor, " + found.not_taken_over
        + "; its images are found by what the engine shows");
  return out;
}

std::vector<log_line> narrate(story& told, const health& now) {
  lines out;
  for (const auto& child : now.children) {
    const auto before = std::exchange(told.children[child.name], child);
    if (before.state == child.state && before.incarnation == child.incarnation)
      continue;
    const auto part = "part '" + child.name + "' ";
    if (child.state == child_state::up && child.incarnation > 1)
      say(out, log_level::info, part + "was started again");
    if (now.stopping)
      continue;
    if (child.state == child_state::down && child.incarnation > 0)
      say(out, log_level::warning, part + "went down: " + child.last_error);
    if (child.state == child_state::stuck)
      say(out, log_level::error, part + "hangs: " + child.last_error);
    if (child.state == child_state::abandoned)
      say(out, log_level::error, part + "cannot be kept alive: " + child.last_error);
  }
  return out;
}

} // namespace copal::journal_parts
