#include "actors/keys/keys.hpp"

#include "actors/planning/backoff.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace copal {

namespace {

using self_ptr = keys_child::stateful_pointer<keys_state>;

constexpr std::chrono::seconds store_deadline{30};
/// Questions that wait; above it they are refused.
constexpr std::size_t most_waiting = 16;
constexpr const char* load_timer = "load";

void work_on(self_ptr self);

bool is_global(const store::service_key& x) {
  return x.app.value == 0 && x.service.empty();
}

bool comes_before(const service_key_fact& a, const service_key_fact& b) {
  return std::tie(a.app, a.service) < std::tie(b.app, b.service);
}

/// The key of a service; null when it has none.
const service_key_fact* find_key(
  const keys::key_ring& ring, app_id app, const service_name& service) {
  const auto it = std::find_if(ring.others.begin(), ring.others.end(), [&](const auto& x) {
    return x.app == app && x.service == service;
  });
  return it == ring.others.end() ? nullptr : &*it;
}

bool is_taken(const keys::key_ring& ring, const secret& key) {
  return key == ring.global
         || std::any_of(
           ring.others.begin(), ring.others.end(), [&](const auto& x) { return x.key == key; });
}

void keep(keys::key_ring& ring, const store::service_key& x) {
  if (is_global(x)) {
    ring.global = x.key;
    return;
  }
  ring.others.push_back({x.app, x.service, x.key});
  std::sort(ring.others.begin(), ring.others.end(), comes_before);
}

void tell(self_ptr self) {
  if (self->state.links.sink)
    self->send(self->state.links.sink, self->state.ring);
}

/// A write without an answer may be on the disk: nothing more is made before the store was read.
void try_again(self_ptr self) {
  auto& st = self->state;
  st.busy = false;
  st.known = false;
  st.pauses.set(self, load_timer, planning::backoff(++st.failures, st.config.longest_pause));
}

void put(self_ptr self, store::service_key key) {
  self->state.busy = true;
  self->request(self->state.links.store, store_deadline, store::put_key{key})
    .then(
      [self, key](const store::stored&) {
        auto& st = self->state;
        st.busy = false;
        st.failures = 0;
        keep(st.ring, key);
        tell(self);
        work_on(self);
      },
      [self](const caf::error& why) {
        auto& st = self->state;
        if (!st.waiting.empty()) {
          auto asked = std::move(st.waiting.front());
          st.waiting.pop_front();
          asked.asker.deliver(to_caf(from_caf(why).with_context("storing an API key")));
        }
        try_again(self);
      });
}

/// One that its container carries, or a new one.
secret make_key(keys_state& st, const secret& found) {
  if (is_key(found) && !is_taken(st.ring, found))
    return found;
  return key_of(st.config.draw());
}

/// The next key that the first question lacks; answers those that lack none.
std::optional<store::service_key> next_missing(keys_state& st) {
  while (!st.waiting.empty()) {
    auto& first = st.waiting.front();
    auto& items = first.so_far.items;
    while (items.size() < first.what.wanted.size()) {
      const auto& wanted = first.what.wanted[items.size()];
      const auto* key = find_key(st.ring, wanted.app, wanted.service);
      if (key == nullptr)
        return store::service_key{wanted.app, wanted.service, make_key(st, wanted.found)};
      items.push_back(*key);
    }
    auto done = std::move(first);
    st.waiting.pop_front();
    done.asker.deliver(std::move(done.so_far));
  }
  return std::nullopt;
}

/// Makes what is missing, one key at a time.
void work_on(self_ptr self) {
  auto& st = self->state;
  if (!st.known || st.busy)
    return;
  if (st.ring.global.empty())
    return put(self, {app_id{0}, {}, key_of(st.config.draw())});
  if (auto missing = next_missing(st))
    put(self, std::move(*missing));
}

void load(self_ptr self) {
  auto& st = self->state;
  st.busy = true;
  self->request(st.links.store, store_deadline, store::load_keys{})
    .then(
      [self](const store::key_list& stored) {
        auto& state = self->state;
        state.busy = false;
        state.known = true;
        state.ring = {};
        for (const auto& x : stored.items)
          keep(state.ring, x);
        tell(self);
        work_on(self);
      },
      [self](const caf::error&) { try_again(self); });
}

caf::result<keys::issued_keys> take(self_ptr self, keys::get_keys& msg) {
  auto& st = self->state;
  if (st.waiting.size() >= most_waiting)
    return to_caf({errc::exhausted, "too many questions for API keys wait for the store"});
  auto promise = self->make_response_promise<keys::issued_keys>();
  st.waiting.push_back({std::move(msg), {}, promise});
  work_on(self);
  return promise;
}

} // namespace

secret key_of(key_material chance) {
  chance[6] = static_cast<std::uint8_t>((chance[6] & 0x0fU) | 0x40U); // the version
  chance[8] = static_cast<std::uint8_t>((chance[8] & 0x3fU) | 0x80U); // the variant
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  for (const auto byte : chance) {
    out += digits[byte >> 4U];
    out += digits[byte & 0x0fU];
  }
  return secret{std::move(out)};
}

bool is_key(const secret& text) {
  const auto& t = text.reveal();
  return t.size() == 32 && t.find_first_not_of("0123456789abcdef") == std::string::npos;
}

keys_child::behavior_type run_keys(self_ptr self, keys_config config, keys_links links) {
  self->state.config = std::move(config);
  self->state.links = std::move(links);
  return {
    [self](keys::get_keys& msg) { return take(self, msg); },
    [self](const keys::get_key_ring&) { return self->state.ring; },
    [self](const wake_up&) { load(self); },
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) {
      if (self->state.pauses.fired(due))
        load(self);
    },
  };
}

} // namespace copal
