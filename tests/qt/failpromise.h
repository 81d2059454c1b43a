// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <QtCore/qpromise.h>

#include <exception>
#include <stdexcept>

// The promise ends with a std::runtime_error. Qt's own order between who fails a promise and who reads the exception is
// invisible to ThreadSanitizer.
template <class T>
void failPromise(QPromise<T> &promise, const char *message)
{
    const auto exception = std::make_exception_ptr(std::runtime_error(message));
    SignalBox::detail::SanitizerOrder::release(promise);
    promise.setException(exception);
    promise.finish();
}
