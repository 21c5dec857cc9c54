console.log('tracker');
