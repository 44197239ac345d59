// Recording images that are there, and removing those that nobody needs.

#include "actors/images/parts.hpp"
#include "actors/planning/plan/own_image.hpp"

#include <algorithm>

namespace copal::images_parts {

namespace {

error rows_not_known() {
  return {errc::unavailable, "the record of images is being read anew"};
}

template <class Call, class Then>
void ask_store(self_ptr self, const std::string& subject, Call call, Then then) {
  self->request(self->state.links.store, store_deadline, std::move(call))
    .then([then](const store::stored&) { then(); },
      [self, subject](const caf::error& why) {
        doubt_rows(self);
        finish(self, subject, from_caf(why));
      });
}

/// True when we fetched that image, or are just fetching it, under whatever row.
bool is_ours(const images_state& st, const image_row& row) {
  return std::any_of(st.rows.begin(), st.rows.end(), [&row](const image_row& r) {
    return r.ours && (r.engine_id == row.engine_id || (r.engine_id.empty() && r.name == row.name));
  });
}

void put(self_ptr self, const std::string& subject, const image_row& row) {
  ask_store(self, subject, store::put_row{row}, [self, subject, row] {
    keep_row(self->state, row);
    answer_after_look(self, subject);
  });
}

/// The engine's name for the row's image; empty when the image does not go by the row's name.
std::string engine_name(const engine_image& image, const std::string& name) {
  const auto ref = image_reference::parse(name);
  if (!ref || !has_name(image, *ref))
    return {};
  return familiar_name(*ref);
}

void drop(self_ptr self, const std::string& subject, const image_row& row) {
  ask_store(self, subject, store::drop_row{row}, [self, subject, row] {
    forget_row(self->state, row);
    self->state.failures.erase(row.name);
    self->state.refusals.erase(row.name);
    answer_after_look(self, subject);
  });
}

/// The engine does not let go of an image that a container uses. One of ours may be about to go, so
/// it is tried again, for longer than it takes to look at the engine anew; then it is somebody
/// else's, and only the row goes: an update must not wait for what a stranger does.
void be_refused(self_ptr self, const std::string& subject, const image_row& row, const error& why) {
  constexpr int most_refusals = 10;
  auto& refusals = self->state.refusals;
  if (++refusals[row.name] < most_refusals)
    return finish(self, subject, why);
  drop(self, subject, row);
}

/// Removes one name, or by its id the image; then goes on.
template <class Then>
void remove_name(self_ptr self,
  const std::string& subject,
  const image_row& row,
  const std::string& name,
  Then then) {
  self->request(self->state.links.engine, remove_deadline, engine::remove_image{name, false})
    .then([then](const engine::done&) { then(); },
      [self, subject, row](const caf::error& why) {
        if (from_caf(why).code == errc::conflict)
          return be_refused(self, subject, row, from_caf(why));
        finish(self, subject, from_caf(why));
      });
}

/// What is left of an image after its name went: with no name at all, it goes too.
void remove_rest(
  self_ptr self, const std::string& subject, const image_row& row, const engine_image_id& id) {
  self->request(self->state.links.engine, read_deadline, engine::inspect_image{id.value})
    .then(
      [self, subject, row, id](const engine::image_details& left) {
        if (!left.image.tags.empty())
          return drop(self, subject, row);
        remove_name(
          self, subject, row, id.value, [self, subject, row] { drop(self, subject, row); });
      },
      [self, subject, row](const caf::error& why) {
        if (from_caf(why).code == errc::not_found)
          return drop(self, subject, row);
        finish(self, subject, from_caf(why));
      });
}

/// A row that is up for removal itself, or is just given to another image, holds nothing: two that
/// let go of an image at the same time would each leave it to the other.
bool lets_go(const images_state& st, const image_row& row) {
  return std::any_of(st.steps.begin(), st.steps.end(), [&row](const auto& entry) {
    const auto& action = entry.second.what.action;
    if (const auto* saved = std::get_if<save_image>(&action))
      return has_key_of(saved->row, row) && saved->row.engine_id != row.engine_id;
    const auto* going = std::get_if<remove_image>(&action);
    return going != nullptr && has_key_of(going->row, row);
  });
}

template <class Same>
bool is_shared(const images_state& st, const image_row& row, Same same) {
  return std::any_of(st.rows.begin(), st.rows.end(), [&](const image_row& r) {
    return !has_key_of(r, row) && same(r) && !lets_go(st, r);
  });
}

/// Removes the row's name from an image, and the image when nobody else needs it.
void remove_found(
  self_ptr self, const std::string& subject, const image_row& row, const engine_image& image) {
  if (self->state.rows_doubtful)
    return finish(self, subject, rows_not_known());
  if (planning::is_own_image(image, self->state.config.own_image))
    return drop(self, subject, row);
  const auto image_shared =
    is_shared(self->state, row, [&](const auto& r) { return r.engine_id == image.id; });
  const auto name_shared =
    is_shared(self->state, row, [&](const auto& r) { return r.name == row.name; });
  const auto name = name_shared ? std::string{} : engine_name(image, row.name);
  const auto rest = [self, subject, row, image_shared, id = image.id] {
    if (image_shared)
      drop(self, subject, row);
    else
      remove_rest(self, subject, row, id);
  };
  if (name.empty())
    return rest();
  remove_name(self, subject, row, name, rest);
}

/// Ends the fetch of a row that is to go, and then removes what it may have brought.
void end_fetch(self_ptr self, const std::string& subject, const image_row& row) {
  const auto number = self->state.fetching.at(row.name).number;
  self->request(self->state.links.engine, read_deadline, engine::end_pulls{row.name})
    .then(
      [self, subject, row, number](const engine::done&) {
        if (is_current(self, row.name, number))
          forget_fetch(self->state, row.name);
        remove(self, subject, row);
      },
      [self, subject](const caf::error& why) {
        finish(self, subject, from_caf(why).with_context("ending the fetch"));
      });
}

} // namespace

void save(self_ptr self, const std::string& subject, const image_row& wanted) {
  auto& st = self->state;
  if (st.rows_doubtful)
    return finish(self, subject, rows_not_known());
  auto row = wanted;
  row.ours = is_ours(st, row);
  if (const auto* known = find_row(st, row); known != nullptr) {
    // The name moved to another image. The one before stays recorded under its id until no
    // container runs from it.
    if (known->ours && !known->engine_id.empty() && known->engine_id != row.engine_id) {
      auto before = *known;
      before.name = before.engine_id.value;
      return ask_store(self, subject, store::put_row{before}, [self, subject, row, before] {
        keep_row(self->state, before);
        put(self, subject, row);
      });
    }
  }
  put(self, subject, row);
}

void remove(self_ptr self, const std::string& subject, const image_row& wanted) {
  const auto& st = self->state;
  if (st.rows_doubtful)
    return finish(self, subject, rows_not_known());
  if (const auto it = st.fetching.find(wanted.name);
      it != st.fetching.end() && it->second.after_look == 0)
    return end_fetch(self, subject, wanted);
  const auto* known = find_row(st, wanted);
  if (known == nullptr)
    return drop(self, subject, wanted);
  const auto row = *known;
  // The name may have moved to another image, and another row with it.
  const auto held = is_shared(st, row, [&](const auto& r) {
    return r.name == row.name && (row.engine_id.empty() || r.engine_id == row.engine_id);
  });
  if (!row.ours || held)
    return drop(self, subject, row);
  // Asked by name where no id is recorded: a fetch may have had its effect without an answer.
  const auto name = row.engine_id.empty() ? row.name : row.engine_id.value;
  self->request(st.links.engine, read_deadline, engine::inspect_image{name})
    .then([self, subject, row](
            const engine::image_details& found) { remove_found(self, subject, row, found.image); },
      [self, subject, row](const caf::error& why) {
        if (from_caf(why).code == errc::not_found)
          return drop(self, subject, row);
        finish(self, subject, from_caf(why));
      });
}

void answer_after_look(self_ptr self, const std::string& subject) {
  auto& st = self->state;
  // A look under way may have been made before; the next one counts.
  st.steps.at(subject).after_look = st.look_number + 1;
  look(self);
}

void look_has_ended(self_ptr self) {
  auto& st = self->state;
  std::erase_if(st.fetching, [&st](const auto& entry) {
    return entry.second.after_look != 0 && entry.second.after_look <= st.look_number;
  });
  std::vector<std::string> done;
  for (const auto& [subject, running] : st.steps) {
    if (running.after_look != 0 && running.after_look <= st.look_number)
      done.push_back(subject);
  }
  for (const auto& subject : done) {
    const auto* saved = std::get_if<save_image>(&st.steps.at(subject).what.action);
    // Without what the image brings, its containers cannot be compared.
    if (saved != nullptr && st.engine_known && !st.facts.contains(saved->row.engine_id))
      finish(self, subject, error{errc::corrupt, saved->row.name + " cannot be inspected"});
    else
      finish(self, subject, std::nullopt);
  }
}

void finish(self_ptr self, const std::string& subject, const std::optional<error>& failed) {
  auto& st = self->state;
  const auto it = st.steps.find(subject);
  if (it == st.steps.end())
    return;
  auto done = std::move(it->second);
  st.steps.erase(it);
  tell(self);
  for (auto& asker : done.askers) {
    if (failed)
      asker.deliver(to_caf(*failed));
    else
      asker.deliver(image_step_done{st.last});
  }
}

} // namespace copal::images_parts
