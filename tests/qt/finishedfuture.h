// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>

#include <utility>

// QtFuture::makeReadyFuture() is deprecated since Qt 6.6, and what replaces it is not in Qt 6.4.

inline QFuture<void> finishedFuture()
{
    QPromise<void> promise;
    promise.start();
    promise.finish();
    return promise.future();
}

template <class T>
QFuture<T> finishedFuture(T value)
{
    QPromise<T> promise;
    promise.start();
    promise.addResult(std::move(value));
    promise.finish();
    return promise.future();
}
