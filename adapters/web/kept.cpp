#include "adapters/web/kept.hpp"

#include <algorithm>
#include <utility>

namespace copal::web {

namespace {

/// In a time that tells nothing of how much was right.
bool is_same(std::string_view a, std::string_view b) {
  if (a.size() != b.size())
    return false;
  unsigned differing = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    differing |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return differing == 0;
}

} // namespace

std::shared_ptr<const answer> kept_answers::find(std::string_view path, const secret& key) const {
  const auto it = std::find_if(all_.begin(), all_.end(), [&](const entry& e) {
    return e.path == path && is_same(e.key.reveal(), key.reveal());
  });
  return it == all_.end() ? nullptr : it->what;
}

void kept_answers::keep(
  std::string path, secret key, const api::edition& of, std::shared_ptr<const answer> what) {
  if (of < newest_)
    return;
  if (of > newest_)
    drop_older(of);
  const auto size = path.size() + key.reveal().size() + what->head.size() + what->body.size();
  if (size > most_bytes || find(path, key))
    return;
  if (all_.size() >= most || bytes_ + size > most_bytes) {
    all_.clear();
    bytes_ = 0;
  }
  bytes_ += size;
  all_.push_back({std::move(path), std::move(key), std::move(what)});
}

void kept_answers::drop_older(const api::edition& now) {
  if (now <= newest_)
    return;
  newest_ = now;
  all_.clear();
  bytes_ = 0;
}

} // namespace copal::web
