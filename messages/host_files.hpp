#pragma once

#include "messages/model/service_file.hpp"

#include <string>
#include <vector>

/// The files of services that the machine below holds.
namespace copal::host {

/// Makes files, each under its name in the one folder for them; what is there already stays.
struct place_files {
  std::vector<service_file> files;
};

/// Removes the files that are not named.
struct keep_files {
  std::vector<std::string> names;
};

struct files_done {};

template <class I>
typename I::result_type inspect(I& f, place_files& x) {
  return f(x.files);
}

template <class I>
typename I::result_type inspect(I& f, keep_files& x) {
  return f(x.names);
}

template <class I>
typename I::result_type inspect(I& f, files_done&) {
  return f();
}

} // namespace copal::host
