// The reboot of the device: what is to be known before, and how it is done.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"
#include "actors/planning/plan/plan_reboot.hpp"

#include <algorithm>

namespace copal::conductor_parts {

namespace {

/// Between two looks at what a reboot depends on, while something waits for one.
constexpr std::chrono::minutes boot_pause{5};
/// Between two questions for the host's update while none is answered.
constexpr std::chrono::minutes guard_pause{1};
/// For the device to go down once it was told to.
constexpr std::chrono::minutes going_down{5};

bool is_required(const conductor_state& st) {
  return st.now.boot && st.now.boot->reboot && st.now.reboot.possible;
}

/// Each question is answered after the one before, so that the last answer finds all of them.
template <class Then>
void look_at_host(self_ptr self, Then then) {
  auto& st = self->state;
  if (!st.now.reboot.possible)
    return then();
  self->request(st.links.host, deadlines::locks, host::get_os_update{})
    .then(
      [self, then](host::os_update& found) {
        self->state.now.reboot.host = std::move(found);
        then();
      },
      [self, then](const caf::error&) {
        self->state.now.reboot.host.reset(); // An update that cannot be seen may be there.
        then();
      });
}

template <class Then>
void look_at_all(self_ptr self, Then then) {
  self->request(self->state.links.host, deadlines::locks, host::get_boot{})
    .then(
      [self, then](host::boot_facts& boot) {
        self->state.now.boot = std::move(boot);
        look_at_host(self, then);
      },
      [self, then](const caf::error&) { look_at_host(self, then); });
}

} // namespace

void look_at_boot(self_ptr self) {
  look_at_all(self, [self] { replan(self); });
}

void judge_uptime(self_ptr self) {
  auto& st = self->state;
  if (!is_required(st))
    return;
  const auto left = st.now.boot->at + st.config.least_uptime - st.config.wall_clock();
  st.now.reboot.lately = left > left.zero();
  if (st.now.reboot.lately && !st.pauses.running(uptime_timer))
    st.pauses.set(self, uptime_timer, std::chrono::ceil<std::chrono::milliseconds>(left));
}

void doubt_boot(self_ptr self) {
  auto& st = self->state;
  const auto waits = std::any_of(st.waits.begin(), st.waits.end(), [](const wait_reason& w) {
    return w.why == wait_reason::kind::reboot;
  });
  if (!waits)
    return;
  // When the machine was booted is reckoned from its clock, and that may have been set since.
  if (!st.pauses.running(boot_timer))
    st.pauses.set(self, boot_timer, boot_pause);
  if (!is_required(st) || st.now.reboot.host || st.pauses.running(guard_timer))
    return;
  st.pauses.set(self, guard_timer, guard_pause);
  look_at_host(self, [self] { replan(self); });
}

namespace {

void end_reboot(self_ptr self, const error* why) {
  auto& st = self->state;
  st.going_down = false;
  st.pauses.stop(down_timer);
  const std::string action{name_of(step_action{reboot_device{}})};
  const auto subject = subject_of({{}, reboot_device{}, {}});
  if (why == nullptr)
    step_succeeded(self, subject, action);
  else
    step_failed(self, subject, action, to_caf(*why));
}

void ask_for_reboot(self_ptr self) {
  auto& st = self->state;
  self->request(st.links.power, deadlines::power, power::reboot{})
    .then([self](const power::accepted&) { self->state.pauses.set(self, down_timer, going_down); },
      [self](const caf::error& why) {
        const auto failed = from_caf(why);
        end_reboot(self, &failed);
      });
}

} // namespace

void reboot(self_ptr self) {
  self->state.going_down = true;
  // What it was planned by may be no longer so: another clock, another update of the host's.
  look_at_all(self, [self] {
    auto& st = self->state;
    judge_uptime(self);
    if (!is_required(st))
      return end_reboot(self, nullptr);
    const auto allowed = planning::may_reboot(st.now);
    if (allowed)
      ask_for_reboot(self);
    else
      end_reboot(self, &allowed.error());
  });
}

void still_up(self_ptr self) {
  const error why{errc::timeout,
    "the device was told to reboot " + std::to_string(going_down.count()) + " minutes ago"};
  end_reboot(self, &why);
}

void require_reboot(self_ptr self, const step& s) {
  const auto subject = subject_of(s);
  const std::string action{name_of(s.action)};
  const auto& what = std::get<note_reboot>(s.action);
  self
    ->request(
      self->state.links.host, deadlines::locks, host::require_reboot{what.container, what.unkept})
    .then(
      [self, subject, action](host::boot_facts& now) {
        self->state.now.boot = std::move(now);
        step_succeeded(self, subject, action);
      },
      [self, subject, action](const caf::error& why) { step_failed(self, subject, action, why); });
}

} // namespace copal::conductor_parts
