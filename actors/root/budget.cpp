#include "actors/root/budget.hpp"

#include <algorithm>

namespace copal {

namespace {

using std::chrono::milliseconds;

milliseconds next_backoff(const restart_budget& budget, milliseconds last) {
  if (last <= milliseconds{0})
    return std::min(budget.first_backoff, budget.max_backoff);
  return last >= budget.max_backoff / 2 ? budget.max_backoff : last * 2;
}

} // namespace

std::optional<milliseconds> on_death(
  const restart_budget& budget, restart_record& record, restart_record::time_point now) {
  std::erase_if(record.deaths, [&](auto at) { return now - at >= budget.window; });
  record.deaths.push_back(now);
  if (record.deaths.size() > budget.restarts)
    return std::nullopt;
  if (now - record.started >= budget.calm)
    record.last = milliseconds{0};
  record.last = next_backoff(budget, record.last);
  return record.last;
}

bool can_be_used_up(const restart_budget& budget) {
  milliseconds pause{0};
  milliseconds sum{0};
  for (unsigned i = 0; i < budget.restarts && sum < budget.window; ++i) {
    pause = next_backoff(budget, pause);
    sum += pause;
  }
  return sum < budget.window;
}

} // namespace copal
